/** Bool: true or false, in any case. */
import { isConstant, parseTemplate } from "../template.ts";
import { mapAll } from "./family.ts";
import type { ConditionFamily } from "./family.ts";
import { textSource } from "./string.ts";
import type { TextSource } from "./string.ts";

/** A request value that is not a boolean fits nothing, whatever a variable resolves to. */
export const bool: ConditionFamily = (values, variables) => {
  const sources = mapAll(values, (text) => readBoolean(text, variables));
  if (sources === undefined) return undefined;
  return (value, evaluation) => {
    const requested = value.toLowerCase();
    return isBoolean(requested) && sources.some((source) => source(evaluation) === requested);
  };
};

function readBoolean(text: string, variables: boolean): TextSource | undefined {
  const template = parseTemplate(text, { variables, wildcards: false });
  if (template === undefined) return undefined;
  if (isConstant(template) && !isBoolean(text.toLowerCase())) return undefined;
  return textSource(template, (resolved) => resolved.toLowerCase());
}

function isBoolean(text: string): boolean {
  return text === "true" || text === "false";
}
