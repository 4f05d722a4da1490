/** ArnEquals and ArnLike, which are the same: ARNs field by field, wildcards in each. */
import { compileArnTest, splitArn, splitArnTemplate } from "../arn.ts";
import type { ArnFields } from "../arn.ts";
import type { Evaluation } from "../evaluation.ts";
import { parseTemplate } from "../template.ts";
import type { Template } from "../template.ts";
import { mapAll } from "./family.ts";
import type { ConditionFamily } from "./family.ts";
import { textSource } from "./string.ts";

type ArnTest = (
  value: { readonly text: string; readonly fields: ArnFields },
  evaluation: Evaluation,
) => boolean | undefined;

/** A request value that is not an ARN fits nothing. */
export const arnLike: ConditionFamily = (values, variables) => {
  const tests = mapAll(values, (text) => compileArn(text, variables));
  if (tests === undefined) return undefined;
  return (text, evaluation) => {
    const fields = splitArn(text);
    if (fields === undefined) return false;
    return tests.some((test) => test({ text, fields }, evaluation) === true);
  };
};

function compileArn(text: string, variables: boolean): ArnTest | undefined {
  if (text === "*") return () => true;
  const template = parseTemplate(text, { variables, wildcards: true });
  if (template === undefined) return undefined;
  if (isLoneVariable(template)) return compileWhole(template);
  const fields = splitArnTemplate(template);
  if (fields === undefined) return undefined;
  const test = compileArnTest(fields);
  return (value, evaluation) => test(value.fields, evaluation);
}

/** A whole ARN out of a variable has no wildcards, so field by field is letter by letter. */
function compileWhole(template: Template): ArnTest {
  const source = textSource(template, (resolved) => resolved);
  return (value, evaluation) => source(evaluation) === value.text;
}

function isLoneVariable(template: Template): boolean {
  return template.length === 1 && template[0]?.kind === "variable";
}
