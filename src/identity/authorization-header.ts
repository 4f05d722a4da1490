/** The Authorization header of Signature Version 4. */

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
