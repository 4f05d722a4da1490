/**
 * From the text of a policy that is attached to a user, a group or a role to a document
 * whose every part has been checked. Its refusals are in IAM's own words.
 */
import { compiles, readIamDocument, requireAction, textsOf } from "./iam-words.ts";
import type { JsonObject } from "./json.ts";
import type { PolicyDocument } from "./language.ts";
import { malformed } from "./policy-error.ts";
import { compileResource } from "./resource.ts";
import { readStatement } from "./statement.ts";

/**
 * Reads an identity policy (IAM User Guide, "Grammar of the IAM JSON policy language"):
 * no statement names a principal, each has actions and resources. How long it may be
 * depends on what it is attached to, so it is not known here. Throws a malformed
 * PolicyError whose message is the one that IAM gives.
 */
export function parseIdentityPolicy(text: string): PolicyDocument {
  return readIamDocument(text, {
    requireElements: requireIamElements,
    read: (statement, version) => readStatement(statement, version, "identity"),
  });
}

function requireIamElements(statement: JsonObject): void {
  if (statement.has("Principal") || statement.has("NotPrincipal")) {
    throw malformed("Policy document should not specify a principal.");
  }
  for (const action of textsOf(statement, "Action", "actions")) requireAction(action);
  for (const resource of textsOf(statement, "Resource", "resources")) {
    if (!compiles(() => compileResource(resource, true))) {
      throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
}
