/** Actions: a service, a colon, and an operation in which wildcards may stand anywhere. */
import type { Evaluation } from "./evaluation.ts";
import { compilePattern, matchesPattern } from "./pattern.ts";
import { malformed } from "./policy-error.ts";
import { parseTemplate } from "./template.ts";

/** Takes the action of the request in lower case. */
export type ActionTest = (action: string, evaluation: Evaluation) => boolean;

const actionText = /^[a-z0-9-]+:[a-z0-9*?_-]+$/;

/** Compiles "*" or "service:Operation"; throws a malformed PolicyError for anything else. */
export function compileAction(text: string): ActionTest {
  if (text === "*") return () => true;
  const action = text.toLowerCase();
  const template = parseTemplate(action, { variables: false, wildcards: true });
  if (template === undefined || !actionText.test(action)) {
    throw malformed("Actions must be prefaced by a vendor, e.g., kms:Decrypt.");
  }
  const pattern = compilePattern(template.filter((token) => token.kind !== "variable"));
  return (asked, evaluation) => matchesPattern(pattern, asked, evaluation);
}
