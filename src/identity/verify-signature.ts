/** Whether a signature covers a request: all of what it must cover, and nothing changed. */
import type { SigningKey } from "../service/signing-key.ts";
import { canonicalHeaders, findUnsignedHeader } from "./canonical-headers.ts";
import { canonicalRequest, hashCanonicalRequest, hashPayload } from "./canonical-request.ts";
import { canonicalUri } from "./canonical-uri.ts";
import type { Claim } from "./claim.ts";
import type { HeaderFields } from "./header-fields.ts";
import { mismatch } from "./refusals.ts";
import { signatureMatches } from "./signature.ts";
import { splitTarget } from "./signed-request.ts";
import type { SignedRequest } from "./signed-request.ts";
import { parseSignedHeaders } from "./signed-headers.ts";
import { stringToSign } from "./string-to-sign.ts";

/**
 * Why a claimed signature does not count for a request, in words for the caller; nothing
 * when it does. Says the same for the same request whatever the key, but for the signature.
 */
export function findDoubt(
  request: SignedRequest,
  fields: HeaderFields,
  claim: Claim,
  signingKey: SigningKey,
): string | undefined {
  const signedHeaders = parseSignedHeaders(claim.signedHeaders);
  if (signedHeaders === undefined) return mismatch;
  const unsigned = findUnsignedHeader(fields, signedHeaders);
  if (unsigned !== undefined) return mustBeSigned(unsigned);
  const headers = canonicalHeaders(fields, signedHeaders);
  const payloadHash = hashPayload(request.body);
  const claimedHash = fields.get("x-amz-content-sha256") ?? payloadHash;
  if (headers === undefined || claimedHash !== payloadHash) return mismatch;

  const canonical = canonicalRequest({
    method: request.method,
    uri: canonicalUri(splitTarget(request.target).path),
    query: claim.query,
    headers,
    signedHeaders: signedHeaders.text,
    payloadHash,
  });
  const text = stringToSign({
    timestamp: claim.time.timestamp,
    scope: claim.credential.scope,
    canonicalRequestHash: hashCanonicalRequest(canonical),
  });
  return signatureMatches(signingKey.sign(text), claim.signature) ? undefined : mismatch;
}

function mustBeSigned(header: string): string {
  const name = header === "host" ? "'Host' or ':authority'" : `'${header}'`;
  return `${name} must be a 'SignedHeader' in the AWS Authorization.`;
}
