/**
 * From the text of a policy that is attached to a user, a group or a role to a document
 * whose every part has been checked. Its refusals are in IAM's own words.
 */
import { compileAction } from "./action.ts";
import { readDocument } from "./document.ts";
import { readJson } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";
import type { PolicyDocument } from "./language.ts";
import { PolicyError, malformed } from "./policy-error.ts";
import { compileResource } from "./resource.ts";
import { readStatement } from "./statement.ts";

const sidText = /^[0-9A-Za-z]*$/;

/**
 * Reads an identity policy (IAM User Guide, "Grammar of the IAM JSON policy language"):
 * no statement names a principal, each has actions and resources. How long it may be
 * depends on what it is attached to, so it is not known here. Throws a malformed
 * PolicyError whose message is the one that IAM gives.
 */
export function parseIdentityPolicy(text: string): PolicyDocument {
  const json = inIamWords("This policy contains invalid Json", () => readJson(text));
  for (const statement of statementsOf(json)) requireIamElements(statement);
  const document = inIamWords("Syntax errors in policy.", () =>
    readDocument(json, (statement, version) => readStatement(statement, version, "identity")),
  );
  requireUniqueSids(document);
  return document;
}

/** IAM does not tell apart what else is wrong with a policy. */
function inIamWords<Value>(words: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof PolicyError ? malformed(words) : error;
  }
}

function statementsOf(json: Json): readonly JsonObject[] {
  const statements = json instanceof Map ? (json as JsonObject).get("Statement") : undefined;
  const list = Array.isArray(statements) ? (statements as readonly Json[]) : [statements];
  return list.filter((statement): statement is JsonObject => statement instanceof Map);
}

function requireIamElements(statement: JsonObject): void {
  if (statement.has("Principal") || statement.has("NotPrincipal")) {
    throw malformed("Policy document should not specify a principal.");
  }
  for (const action of textsOf(statement, "Action", "actions")) {
    if (!compiles(() => compileAction(action))) {
      throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
  }
  for (const resource of textsOf(statement, "Resource", "resources")) {
    if (!compiles(() => compileResource(resource, true))) {
      throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  const sid = statement.get("Sid");
  if (typeof sid === "string" && !sidText.test(sid)) {
    throw malformed(
      "Statement IDs (SID) must be alpha-numeric. " +
        "Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
  }
}

/** The texts of an element or its complement, one of which there must be. */
function textsOf(statement: JsonObject, element: string, plural: string): readonly string[] {
  const json = statement.get(element) ?? statement.get(`Not${element}`);
  const list = Array.isArray(json) ? (json as readonly Json[]) : [json];
  const texts = list.filter((value) => typeof value === "string");
  if (json === undefined || list.length === 0) {
    throw malformed(`Policy statement must contain ${plural}.`);
  }
  return texts;
}

function compiles(compile: () => unknown): boolean {
  try {
    compile();
    return true;
  } catch (error) {
    if (error instanceof PolicyError) return false;
    throw error;
  }
}

function requireUniqueSids({ statements }: PolicyDocument): void {
  const sids = statements.map(({ sid }) => sid).filter((sid) => sid !== undefined && sid !== "");
  if (new Set(sids).size === sids.length) return;
  throw malformed("Statement IDs (SID) in a single policy must be unique.");
}
