/** What the documents that IAM keeps have in common: their checks, and its words for them. */
import { compileAction } from "./action.ts";
import { readDocument, type ReadStatement } from "./document.ts";
import { type Json, type JsonObject, readJson } from "./json.ts";
import type { PolicyDocument } from "./language.ts";
import { PolicyError, malformed } from "./policy-error.ts";

const invalidJson = "This policy contains invalid Json";
const syntaxErrors = "Syntax errors in policy.";

const sidText = /^[0-9A-Za-z]*$/;

interface Kind {
  /** Refuses a statement that has not the elements of its kind of policy. */
  readonly requireElements: (statement: JsonObject) => void;
  readonly read: ReadStatement;
}

/** Reads a document of a kind that IAM keeps. Throws a malformed PolicyError in IAM's words. */
export function readIamDocument(text: string, { requireElements, read }: Kind): PolicyDocument {
  const json = inIamWords(invalidJson, () => readJson(text));
  for (const statement of statementsOf(json)) {
    requireElements(statement);
    requireSid(statement);
  }
  const document = inIamWords(syntaxErrors, () => readDocument(json, read));
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

/** Those of the statements that are objects. */
function statementsOf(json: Json): readonly JsonObject[] {
  const statements = json instanceof Map ? (json as JsonObject).get("Statement") : undefined;
  const list = Array.isArray(statements) ? (statements as readonly Json[]) : [statements];
  return list.filter((statement): statement is JsonObject => statement instanceof Map);
}

/** The texts of an element or its complement, one of which there must be. */
export function textsOf(statement: JsonObject, element: string, plural: string): readonly string[] {
  const json = statement.get(element) ?? statement.get(`Not${element}`);
  const list = Array.isArray(json) ? (json as readonly Json[]) : [json];
  const texts = list.filter((value) => typeof value === "string");
  if (json === undefined || list.length === 0) {
    throw malformed(`Policy statement must contain ${plural}.`);
  }
  return texts;
}

/** Refuses what can be no action. */
export function requireAction(action: string): void {
  if (compiles(() => compileAction(action))) return;
  throw malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
}

/** Whether an element of a policy is one that can be compiled. */
export function compiles(compile: () => unknown): boolean {
  try {
    compile();
    return true;
  } catch (error) {
    if (error instanceof PolicyError) return false;
    throw error;
  }
}

function requireSid(statement: JsonObject): void {
  const sid = statement.get("Sid");
  if (typeof sid !== "string" || sidText.test(sid)) return;
  throw malformed(
    "Statement IDs (SID) must be alpha-numeric. " +
      "Check that your input satisfies the regular expression [0-9A-Za-z]*",
  );
}

function requireUniqueSids({ statements }: PolicyDocument): void {
  const sids = statements.map(({ sid }) => sid).filter((sid) => sid !== undefined && sid !== "");
  if (new Set(sids).size === sids.length) return;
  throw malformed("Statement IDs (SID) in a single policy must be unique.");
}
