/** Which policies are accepted, and what there may be of them. */
import { parseIdentityPolicy } from "../policy/identity-document.ts";
import type { PolicyDocument } from "../policy/language.ts";
import { malformed, PolicyError } from "../policy/policy-error.ts";
import { iamError } from "./errors.ts";

/** What is read, or a MalformedPolicyDocument in place of a PolicyError. */
export function soundPolicy<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw iamError("MalformedPolicyDocument", error.message);
  }
}

/** Whether those that a policy is about can have tags: users cannot yet. */
export type TagKnowledge = "with-tags" | "without-tags";

/** Refuses what is no identity policy, or asks for what is never known. */
export function requireSoundPolicy(document: string, tags: TagKnowledge): void {
  soundPolicy(() => requireKnownConditions(parseIdentityPolicy(document), tags));
}

/**
 * Throws a malformed PolicyError for a condition key that no request ever has: a Deny that
 * asks for it would only look as if it protected something.
 */
export function requireKnownConditions({ statements }: PolicyDocument, tags: TagKnowledge): void {
  const keys = statements.flatMap(({ conditions }) => conditions.map(({ key }) => key));
  const unknown = keys.find((key) => isNeverKnown(key.toLowerCase(), tags));
  if (unknown === undefined) return;
  throw malformed(`Keyhaven does not know the condition key ${unknown} yet.`);
}

function isNeverKnown(key: string, tags: TagKnowledge): boolean {
  if (neverKnown.has(key)) return true;
  return tags === "without-tags" && key.startsWith("aws:principaltag/");
}

const neverKnown: ReadonlySet<string> = new Set([
  "kms:resourcealiases",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:resourceorgid",
  "aws:referer",
]);

/** The characters of a policy that count: white space does not. */
export function sizeOf(document: string): number {
  return document.replaceAll(/[ \t\n\r]/g, "").length;
}

const managedCharactersMax = 6_144;
const managedTextMax = 16_384;

/** As requireSoundPolicy; refuses with LimitExceeded what is too long for a managed policy. */
export function requireManagedPolicy(document: string): void {
  requireSoundPolicy(document, "without-tags");
  if (sizeOf(document) <= managedCharactersMax && document.length <= managedTextMax) return;
  throw iamError("LimitExceeded", `Cannot exceed quota for PolicySize: ${managedCharactersMax}`);
}
