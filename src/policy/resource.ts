/** Resources: "*", or an ARN with wildcards, and variables after its fifth colon. */
import { compileArnTest, splitArn, splitArnTemplate } from "./arn.ts";
import type { Evaluation } from "./evaluation.ts";
import { malformed } from "./policy-error.ts";
import { isConstant, parseTemplate } from "./template.ts";
import type { Template } from "./template.ts";

/** Undefined when a variable in the pattern has no value. */
export type ResourceTest = (resource: string, evaluation: Evaluation) => boolean | undefined;

/** Compiles one resource pattern; throws a malformed PolicyError for what is not one. */
export function compileResource(text: string, variables: boolean): ResourceTest {
  if (text === "*") return () => true;
  const template = parseTemplate(text, { variables, wildcards: true });
  const fields = template && splitArnTemplate(template);
  if (fields === undefined || !isResourcePattern(fields)) {
    throw malformed('Resources must be in ARN format or "*".');
  }
  const test = compileArnTest(fields);
  return (resource, evaluation) => {
    const arn = splitArn(resource);
    return arn !== undefined && test(arn, evaluation);
  };
}

/** AWS takes variables in the last field only, and no wildcard for the service. */
function isResourcePattern(fields: readonly Template[]): boolean {
  const [arn = [], , service = []] = fields;
  return (
    arn.length === 1 &&
    arn.every((token) => token.kind === "literal" && token.text === "arn") &&
    service.every((token) => token.kind === "literal") &&
    fields.slice(0, -1).every(isConstant)
  );
}
