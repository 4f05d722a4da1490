/** The Authorization header of Signature Version 4. */
import { BoundedMap } from "../lib/bounded-map.ts";

/** The one algorithm that is spoken here. */
export const algorithm = "AWS4-HMAC-SHA256";

export interface AuthorizationHeader {
  readonly algorithm: string;
  /** Empty when absent, as are the other two. */
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  /** The first part that is none of these, or one of them a second time. */
  readonly malformed: string | undefined;
}

/**
 * Takes an Authorization header apart without judging it: `ALGORITHM Name=value, …`, the
 * three parameters in any order, blanks around the commas or not. Throws nothing.
 */
export function parseAuthorizationHeader(header: string): AuthorizationHeader {
  const start = header.length - signatureLength;
  const front = header.slice(0, Math.max(0, start));
  const known = fronts.get(front);
  if (known === undefined) return parseWhole(header, front);
  const signature = header.slice(start);
  return isOnePart(signature) ? { ...known, signature } : parse(header);
}

/** An HMAC-SHA-256 in hexadecimal, which is how every header ends that a signer writes. */
const signatureLength = 64;

/** Together they bound what is kept, which strangers can fill too. */
const keptFrontsMax = 256;
const keptFrontLengthMax = 1024;

/** All but the signature is the same in a client's requests of one day: it was read before. */
const fronts = new BoundedMap<string, Omit<AuthorizationHeader, "signature">>(keptFrontsMax);

function parseWhole(header: string, front: string): AuthorizationHeader {
  const parsed = parse(header);
  const { signature, ...others } = parsed;
  const endsPlainly = isOnePart(signature) && header === front + signature;
  if (endsPlainly && parsed.malformed === undefined && front.length <= keptFrontLengthMax) {
    fronts.set(front, others);
  }
  return parsed;
}

/** Nothing in it would be taken apart or trimmed. */
function isOnePart(text: string): boolean {
  return !text.includes(",") && text.trim() === text;
}

function parse(header: string): AuthorizationHeader {
  const text = header.trim();
  const blank = text.indexOf(" ");
  let credential = "";
  let signedHeaders = "";
  let signature = "";
  let malformed: string | undefined;
  for (const part of blank === -1 ? [] : text.slice(blank + 1).split(",")) {
    const pair = part.trim();
    const value = pair.slice(pair.indexOf("=") + 1);
    if (pair.startsWith("Credential=") && credential === "") credential = value;
    else if (pair.startsWith("SignedHeaders=") && signedHeaders === "") signedHeaders = value;
    else if (pair.startsWith("Signature=") && signature === "") signature = value;
    else malformed ??= pair;
  }
  const named = blank === -1 ? text : text.slice(0, blank);
  return { algorithm: named, credential, signedHeaders, signature, malformed };
}
