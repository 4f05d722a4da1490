/** Signature Version 4, for requests to a proxy: the client's side of what src/identity verifies. */
import { hash } from "node:crypto";
import { formatTimestamp } from "../lib/timestamp.ts";
import type { SigningKey } from "../service/signing-key.ts";

/** As it stands in the credential scope (XKS proxy API, "Authentication"). */
export const signingService = "kms-xks-proxy";
const dateCharacters = "yyyymmdd".length;

export interface UnsignedRequest {
  readonly host: string;
  readonly path: string;
  readonly body: string;
  readonly accessKeyId: string;
  readonly region: string;
  readonly atMs: number;
}

/** The date in a credential scope: yyyymmdd. */
export function scopeDate(atMs: number): string {
  return formatTimestamp(atMs).slice(0, dateCharacters);
}

/** All headers of a signed POST. The key is the one derived for the request's date and Region. */
export function signedHeaders(
  request: UnsignedRequest,
  signingKey: Pick<SigningKey, "sign">,
): Record<string, string> {
  const { host, accessKeyId, region, atMs } = request;
  const timestamp = formatTimestamp(atMs);
  const signed = { "content-type": "application/json", host, "x-amz-date": timestamp };
  const names = Object.keys(signed).join(";");
  const canonical = canonicalRequest(request, signed, names);
  const scope = `${timestamp.slice(0, dateCharacters)}/${region}/${signingService}/aws4_request`;
  const stringToSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash("sha256", canonical)}`;
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, ` +
    `Signature=${signingKey.sign(stringToSign)}`;
  return { ...signed, authorization };
}

/** The path needs no encoding: neither a proxy's path nor a key's name has such characters. */
function canonicalRequest(
  { path, body }: UnsignedRequest,
  signed: Readonly<Record<string, string>>,
  names: string,
): string {
  const headers = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  return ["POST", path, "", headers.join(""), names, hash("sha256", body)].join("\n");
}
