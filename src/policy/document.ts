/** From the text of a key policy to a document whose every part has been checked. */
import { readJson } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import type { PolicyDocument, PolicyVersion, Statement } from "./language.ts";
import { PolicyError, malformed } from "./policy-error.ts";
import { readStatement } from "./statement.ts";

/** AWS KMS Developer Guide, "Resource quotas": key policy document size, in UTF-8 bytes. */
const sizeMax = 32_768;

const elements: ReadonlySet<string> = new Set(["Version", "Id", "Statement"]);

/**
 * Reads a KMS key policy (IAM User Guide, "Grammar of the IAM JSON policy language").
 *
 * Throws a PolicyError: "too-large" over 32,768 bytes, "invalid-principal" for a principal
 * that cannot exist, "malformed" for everything else that breaks the grammar. Whether a
 * named user or role does exist is not known here: the document lists its principals.
 */
export function parsePolicy(text: string): PolicyDocument {
  requireSize(text);
  return readDocument(readJson(text), (statement, version) =>
    readStatement(statement, version, "key"),
  );
}

export type ReadStatement = (statement: JsonObject, version: PolicyVersion) => Statement;

/** Reads what all policies have in common. Throws a malformed PolicyError. */
export function readDocument(policy: Json, read: ReadStatement): PolicyDocument {
  if (!(policy instanceof Map)) throw malformed("Policy document must be a JSON object.");
  for (const name of policy.keys()) {
    if (!elements.has(name)) throw malformed("Policy document has an unknown element.");
  }
  const version = readVersion(policy.get("Version"));
  const id = policy.get("Id");
  if (id !== undefined && typeof id !== "string") throw malformed("Policy Id must be a string.");
  const statements = readStatements(policy.get("Statement"), (json) => read(json, version));
  return { version, statements, ...(id === undefined ? {} : { id }) };
}

function requireSize(text: string): void {
  // The first test is cheap and keeps the encoder from ever seeing a huge text.
  if (text.length > sizeMax || new TextEncoder().encode(text).length > sizeMax) {
    throw new PolicyError("too-large", `Policy document is larger than ${sizeMax} bytes.`);
  }
}

function readVersion(version: Json | undefined): PolicyVersion {
  if (version === undefined) return "2008-10-17";
  if (version === "2008-10-17" || version === "2012-10-17") return version;
  throw malformed("Policy Version must be 2008-10-17 or 2012-10-17.");
}

function readStatements(
  json: Json | undefined,
  read: (statement: JsonObject) => Statement,
): readonly Statement[] {
  if (json === undefined) throw malformed("Policy document has no Statement.");
  const list = Array.isArray(json) ? (json as readonly Json[]) : [json];
  if (list.length === 0) throw malformed("Policy document has no Statement.");
  return list.map((entry, index) => readNumbered(entry, index, read));
}

/** Says which statement is at fault. AWS's own words about principals are left as they are. */
function readNumbered(
  json: Json,
  index: number,
  read: (statement: JsonObject) => Statement,
): Statement {
  try {
    if (!(json instanceof Map)) throw malformed("must be a JSON object.");
    return read(json as JsonObject);
  } catch (error) {
    if (!(error instanceof PolicyError) || error.reason !== "malformed") throw error;
    throw malformed(`Statement ${index + 1}: ${error.message}`);
  }
}
