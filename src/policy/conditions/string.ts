/** StringEquals, StringEqualsIgnoreCase and StringLike. */
import type { Evaluation } from "../evaluation.ts";
import { compileTemplate } from "../pattern.ts";
import { isConstant, parseTemplate, resolveTemplate } from "../template.ts";
import type { PlainToken, Template } from "../template.ts";
import { mapAll } from "./family.ts";
import type { ConditionFamily } from "./family.ts";

/** Equal code unit by code unit; * and ? are themselves. */
export const stringEquals: ConditionFamily = textFamily((text) => text);

/** Equal once both are in lower case. */
export const stringEqualsIgnoreCase: ConditionFamily = textFamily((text) => text.toLowerCase());

/** Equal but for the wildcards * and ?. */
export const stringLike: ConditionFamily = (values, variables) => {
  const templates = mapAll(values, (text) => parseTemplate(text, { variables, wildcards: true }));
  if (templates === undefined) return undefined;
  const tests = templates.map(compileTemplate);
  return (value, evaluation) => tests.some((test) => test(value, evaluation) === true);
};

/** The text of a value without wildcards; undefined when a variable in it has no value. */
export type TextSource = (evaluation: Evaluation) => string | undefined;

/** Folds what is known beforehand once, and what a variable brings in at each request. */
export function textSource(template: Template, fold: (text: string) => string): TextSource {
  if (isConstant(template)) {
    const text = fold(join(template));
    return () => text;
  }
  return (evaluation) => {
    const tokens = resolveTemplate(template, evaluation);
    return tokens && fold(join(tokens));
  };
}

function textFamily(fold: (text: string) => string): ConditionFamily {
  return (values, variables) => {
    const templates = mapAll(values, (text) =>
      parseTemplate(text, { variables, wildcards: false }),
    );
    if (templates === undefined) return undefined;
    const sources = templates.map((template) => textSource(template, fold));
    return (value, evaluation) => {
      const folded = fold(value);
      return sources.some((source) => source(evaluation) === folded);
    };
  };
}

function join(tokens: readonly PlainToken[]): string {
  return tokens.map((token) => (token.kind === "literal" ? token.text : "")).join("");
}
