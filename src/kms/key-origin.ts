import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";

/** Refuses a key whose key material comes from elsewhere. */
export function requireOrigin(key: Key, ...origins: readonly string[]): void {
  if (origins.includes(key.origin)) return;
  throw new KmsError(
    "UnsupportedOperationException",
    `${key.arn} origin is ${key.origin} which is not valid for this operation.`,
  );
}
