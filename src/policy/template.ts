/**
 * Text of a policy with wildcards and variables in it (IAM User Guide, "IAM policy
 * elements: Variables and tags"), cut into tokens once. A variable is replaced by a
 * literal token, so whatever the request puts into it can never act as a wildcard.
 */
import type { Evaluation } from "./evaluation.ts";

export type PlainToken =
  | { readonly kind: "literal"; readonly text: string }
  /** The question mark: any one character. */
  | { readonly kind: "one" }
  /** The asterisk: any number of characters, none included. */
  | { readonly kind: "run" };

interface Variable {
  readonly kind: "variable";
  /** In lower case. */
  readonly key: string;
  /** What stands in for a key the request does not have. */
  readonly otherwise: string | undefined;
}

export type Token = PlainToken | Variable;

export type Template = readonly Token[];

export interface TemplateSyntax {
  /** Whether ${…} is a variable or plain text. */
  readonly variables: boolean;
  /** Whether * and ? are wildcards or plain text. */
  readonly wildcards: boolean;
}

interface Reading {
  readonly token: Token;
  readonly end: number;
}

/** Cuts the text into tokens; undefined when it has a variable that does not end. */
export function parseTemplate(text: string, syntax: TemplateSyntax): Template | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const reading = readToken(text, at, syntax);
    if (reading === undefined) return undefined;
    tokens.push(reading.token);
    at = reading.end;
  }
  return tokens;
}

/** Puts the request's values in place of the variables; undefined when one has no value. */
export function resolveTemplate(
  template: Template,
  evaluation: Evaluation,
): readonly PlainToken[] | undefined {
  const tokens: PlainToken[] = [];
  for (const token of template) {
    const plain = token.kind === "variable" ? resolve(token, evaluation) : token;
    if (plain === undefined) return undefined;
    evaluation.spend(plain.kind === "literal" ? 1 + plain.text.length : 1);
    tokens.push(plain);
  }
  return tokens;
}

/** Nothing in it depends on the request. */
export function isConstant(template: Template): template is readonly PlainToken[] {
  return template.every((token) => token.kind !== "variable");
}

function resolve({ key, otherwise }: Variable, evaluation: Evaluation): PlainToken | undefined {
  const value = evaluation.valueOf(key) ?? otherwise;
  // A list has no single text to stand in the variable's place.
  return typeof value === "string" ? { kind: "literal", text: value } : undefined;
}

function readToken(text: string, at: number, syntax: TemplateSyntax): Reading | undefined {
  if (syntax.variables && text.startsWith("${", at)) return readVariable(text, at + 2);
  if (syntax.wildcards && text[at] === "*") return { token: { kind: "run" }, end: at + 1 };
  if (syntax.wildcards && text[at] === "?") return { token: { kind: "one" }, end: at + 1 };
  let end = at + 1;
  while (end < text.length && !isSpecial(text, end, syntax)) end += 1;
  return literal(text.slice(at, end), end);
}

function isSpecial(text: string, at: number, syntax: TemplateSyntax): boolean {
  const character = text[at];
  if (character === "$") return syntax.variables && text[at + 1] === "{";
  return syntax.wildcards && (character === "*" || character === "?");
}

/** What stands after "${": a key, perhaps with a default, or one of the three escapes. */
function readVariable(text: string, start: number): Reading | undefined {
  const close = text.indexOf("}", start);
  if (close < 0) return undefined;
  const body = text.slice(start, close);
  if (body === "*" || body === "?" || body === "$") return literal(body, close + 1);
  const comma = body.indexOf(",");
  if (comma >= 0) return readDefault(text, body.slice(0, comma), start + comma + 1);
  return variable(body, undefined, close + 1);
}

/** What stands after the comma: spaces, the default in single quotes, spaces, a brace. */
function readDefault(text: string, key: string, start: number): Reading | undefined {
  const open = skipSpaces(text, start);
  const quote = text.indexOf("'", open + 1);
  if (text[open] !== "'" || quote < 0) return undefined;
  const close = skipSpaces(text, quote + 1);
  if (text[close] !== "}") return undefined;
  return variable(key, text.slice(open + 1, quote), close + 1);
}

function skipSpaces(text: string, start: number): number {
  let at = start;
  while (text[at] === " ") at += 1;
  return at;
}

function variable(name: string, otherwise: string | undefined, end: number): Reading | undefined {
  const key = name.trim().toLowerCase();
  if (key === "" || /[${'*?]/.test(key)) return undefined;
  return { token: { kind: "variable", key, otherwise }, end };
}

function literal(text: string, end: number): Reading {
  return { token: { kind: "literal", text }, end };
}
