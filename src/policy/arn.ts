/**
 * ARN patterns are matched field by field, so that a wildcard for the account cannot
 * swallow the colon and speak about the resource too. Only the last field may hold colons.
 */
import type { Evaluation } from "./evaluation.ts";
import { compileTemplate } from "./pattern.ts";
import type { Template, Token } from "./template.ts";

/** The six fields: "arn", partition, service, Region, account, resource. */
export type ArnFields = readonly string[];

const fieldCount = 6;
/** What six small tests cost, in the steps of an evaluation. */
const testSteps = 30;

/** Splits at the first five colons; undefined for what is not an ARN. */
export function splitArn(text: string): ArnFields | undefined {
  if (!text.startsWith("arn:")) return undefined;
  const fields: string[] = [];
  let start = 0;
  while (fields.length < fieldCount - 1) {
    const colon = text.indexOf(":", start);
    if (colon < 0) return undefined;
    fields.push(text.slice(start, colon));
    start = colon + 1;
  }
  fields.push(text.slice(start));
  return fields;
}

/** Splits a pattern in the same way; a colon within a variable separates nothing. */
export function splitArnTemplate(template: Template): readonly Template[] | undefined {
  const fields: Token[][] = [[]];
  for (const token of template) {
    if (token.kind === "literal") splitLiteral(token.text, fields);
    else fields.at(-1)?.push(token);
  }
  return fields.length === fieldCount ? fields : undefined;
}

/** A test of an ARN against a split pattern; undefined where a variable has no value. */
export function compileArnTest(
  fields: readonly Template[],
): (arn: ArnFields, evaluation: Evaluation) => boolean | undefined {
  const tests = fields.map(compileTemplate);
  return (arn, evaluation) => {
    evaluation.spend(testSteps);
    // From the end: that is where ARNs differ, and where a resource may have its variables.
    for (let index = tests.length - 1; index >= 0; index -= 1) {
      const result = tests[index]?.(arn[index] ?? "", evaluation);
      if (result !== true) return result;
    }
    return true;
  };
}

function splitLiteral(text: string, fields: Token[][]): void {
  let start = 0;
  while (fields.length < fieldCount) {
    const colon = text.indexOf(":", start);
    if (colon < 0) break;
    pushLiteral(text.slice(start, colon), fields);
    fields.push([]);
    start = colon + 1;
  }
  pushLiteral(text.slice(start), fields);
}

function pushLiteral(text: string, fields: Token[][]): void {
  if (text !== "") fields.at(-1)?.push({ kind: "literal", text });
}
