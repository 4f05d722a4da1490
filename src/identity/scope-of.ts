/** What a request is signed for, read for routing before anything is verified. */
import { parseAuthorizationHeader } from "./authorization-header.ts";
import { parseQuery } from "./canonical-query.ts";
import { parseCredential } from "./credential.ts";
import { splitTarget } from "./signed-request.ts";
import type { SignedRequest } from "./signed-request.ts";
import { uriDecode } from "./uri-encoding.ts";

export interface ClaimedScope {
  readonly service: string;
  readonly region: string;
}

/**
 * The service and Region of a request's credential scope; nothing when it has none that can
 * be read. Proves nothing: whoever answers must still identify the caller. Throws nothing.
 */
export function scopeOf(
  request: Pick<SignedRequest, "target" | "rawHeaders">,
): ClaimedScope | undefined {
  const text = credentialInHeader(request.rawHeaders) ?? credentialInQuery(request.target);
  const credential = text === undefined ? undefined : parseCredential(text);
  if (credential === undefined) return undefined;
  return { service: credential.service, region: credential.region };
}

function credentialInHeader(rawHeaders: readonly string[]): string | undefined {
  const at = rawHeaders.findIndex(
    (name, place) =>
      place % 2 === 0 && name.length === 13 && name.toLowerCase() === "authorization",
  );
  return at === -1 ? undefined : parseAuthorizationHeader(rawHeaders[at + 1] ?? "").credential;
}

function credentialInQuery(target: string): string | undefined {
  const { query } = splitTarget(target);
  if (query === undefined) return undefined;
  const found = parseQuery(query).find(({ name }) => name === "X-Amz-Credential");
  return found === undefined ? undefined : uriDecode(found.value);
}
