/**
 * Wildcard matching: * is any run of characters, ? any one UTF-16 code unit, everything
 * else itself. No regular expression is ever made from a policy's text.
 */
import type { Evaluation } from "./evaluation.ts";
import { isConstant, resolveTemplate } from "./template.ts";
import type { PlainToken, Template } from "./template.ts";

/** A pattern ready to be matched. */
export interface Pattern {
  /** What stands before the first wildcard. */
  readonly prefix: string;
  /** Code units and wildcards from the first wildcard on; empty when there is none. */
  readonly rest: readonly number[];
}

/** Undefined when a variable in the pattern has no value, so that it matches nothing at all. */
export type TextTest = (text: string, evaluation: Evaluation) => boolean | undefined;

const anyOne = -1;
const anyRun = -2;

/** Lays tokens out for matching; linear in their length. */
export function compilePattern(tokens: readonly PlainToken[]): Pattern {
  let prefix = "";
  const rest: number[] = [];
  for (const token of tokens) {
    if (token.kind === "one") rest.push(anyOne);
    else if (token.kind === "run") rest.push(anyRun);
    else if (rest.length === 0) prefix += token.text;
    else pushText(rest, token.text);
  }
  return { prefix, rest };
}

/** Whether the whole text fits the pattern. Throws TooCostly when it would take too long. */
export function matchesPattern(pattern: Pattern, text: string, evaluation: Evaluation): boolean {
  const { prefix, rest } = pattern;
  if (rest.length === 0) return text === prefix;
  if (!text.startsWith(prefix)) return false;
  if (rest.length === 1 && rest[0] === anyRun) return true;
  return matchesRest(rest, text, prefix.length, evaluation);
}

/** A test for a pattern that may hold variables. */
export function compileTemplate(template: Template): TextTest {
  if (isConstant(template)) {
    const pattern = compilePattern(template);
    return (text, evaluation) => matchesPattern(pattern, text, evaluation);
  }
  return (text, evaluation) => {
    const tokens = resolveTemplate(template, evaluation);
    if (tokens === undefined) return undefined;
    return matchesPattern(compilePattern(tokens), text, evaluation);
  };
}

/**
 * Greedy matching with two positions: after a mismatch only the last * is given one more
 * character, since an earlier one could gain nothing by it. That is linear for patterns of
 * short pieces; what is not linear is stopped by the evaluation's limit.
 */
function matchesRest(
  pattern: readonly number[],
  text: string,
  start: number,
  evaluation: Evaluation,
): boolean {
  let at = start;
  let place = 0;
  let afterRun = -1;
  let resumeAt = start;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === anyRun) {
      place += 1;
      afterRun = place;
      resumeAt = at;
      if (place === pattern.length) return true;
    } else if (wanted === anyOne || wanted === text.charCodeAt(at)) {
      place += 1;
      at += 1;
    } else if (afterRun >= 0) {
      evaluation.spend(1 + at - resumeAt);
      place = afterRun;
      resumeAt += 1;
      at = resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[place] === anyRun) place += 1;
  return place === pattern.length;
}

function pushText(rest: number[], text: string): void {
  for (let at = 0; at < text.length; at += 1) rest.push(text.charCodeAt(at));
}
