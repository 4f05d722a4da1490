/** The signing keys of Signature Version 4, as whoever holds the secret derives them. */
import { createHmac } from "node:crypto";

/**
 * "Derive a signing key for Signature Version 4" in the IAM User Guide. The scope is the date
 * (yyyymmdd), the Region and the service.
 */
export function signingKey(secret: string, scope: readonly string[]): Buffer {
  return [...scope, "aws4_request"].reduce(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}
