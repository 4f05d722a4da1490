/**
 * From the text of a role's trust policy to a document whose every part has been checked.
 * Its refusals are in IAM's own words.
 */
import { compileAction } from "./action.ts";
import { Evaluation } from "./evaluation.ts";
import { compiles, readIamDocument, requireAction, textsOf } from "./iam-words.ts";
import type { Json, JsonObject } from "./json.ts";
import type { PolicyDocument, Statement } from "./language.ts";
import { malformed } from "./policy-error.ts";
import { readPrincipals } from "./principal-element.ts";
import { readStatement } from "./statement.ts";

/** What may be done to a role, as the actions of a trust policy. */
const trustActions = [
  "sts:assumerole",
  "sts:assumerolewithsaml",
  "sts:assumerolewithwebidentity",
  "sts:setcontext",
  "sts:setsourceidentity",
  "sts:tagsession",
];

/**
 * Reads a trust policy (IAM User Guide, "Roles terms and concepts"): each statement names
 * its principals and actions of STS, none names a resource, for that is the role. How long
 * it may be, and whether the users and roles it names exist, is not known here. Throws a
 * malformed PolicyError whose message is the one that IAM gives.
 */
export function parseTrustPolicy(text: string): PolicyDocument {
  return readIamDocument(text, {
    requireElements: requireTrustElements,
    read: (statement, version) => aboutRole(readStatement(statement, version, "trust")),
  });
}

/** The refusal of a principal that can be nobody, or that nobody is. */
export function invalidPrincipal(type: string, name: string): Error {
  return malformed(`Invalid principal in policy: "${type.toUpperCase()}":"${name}"`);
}

function aboutRole(statement: Statement): Statement {
  return { ...statement, resource: { negated: false, values: ["*"] } };
}

function requireTrustElements(statement: JsonObject): void {
  for (const prohibited of ["Resource", "NotResource", "NotAction"]) {
    if (statement.has(prohibited)) throw malformed(`Has prohibited field ${prohibited}`);
  }
  if (!statement.has("Principal") && !statement.has("NotPrincipal")) {
    throw malformed("Missing required field Principal");
  }
  requirePrincipals(statement.get("Principal") ?? statement.get("NotPrincipal"));
  for (const action of textsOf(statement, "Action", "actions")) requireTrustAction(action);
}

function requireTrustAction(action: string): void {
  requireAction(action);
  const test = compileAction(action);
  const evaluation = new Evaluation(new Map());
  if (action !== "*" && trustActions.some((known) => test(known, evaluation))) return;
  throw malformed("AssumeRole policy may only specify STS AssumeRole actions.");
}

/** Says which principal can be nobody's name; whatever else is wrong shows when it is read. */
function requirePrincipals(json: Json | undefined): void {
  if (typeof json === "string" && json !== "*") throw invalidPrincipal("AWS", json);
  if (!(json instanceof Map)) return;
  for (const [type, names] of json as JsonObject) {
    const list = Array.isArray(names) ? (names as readonly Json[]) : [names];
    for (const name of list) {
      if (typeof name !== "string") continue;
      const isSound = compiles(() => readPrincipals(new Map([[type, name]])));
      if (!isSound) throw invalidPrincipal(type, name);
    }
  }
}
