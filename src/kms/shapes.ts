/**
 * What the KMS API Reference says a member must look like. An operation names one shape
 * per member; `Shapes<T>` makes a forgotten or invented member a compile error.
 *
 * A shape does two things, in AWS's order: `read` refuses a value of the wrong JSON type
 * (SerializationException), `complaints` says which constraints a value breaks
 * (ValidationException), in the words of AWS's validation framework.
 */
import type { KeyEncryptionMechanism, RecipientInfo } from "@aws-sdk/client-kms";
import type { JsonObject, JsonValue } from "../service/service.ts";
import {
  readBase64,
  readBlob,
  readBoolean,
  readInteger,
  readList,
  readObject,
  readString,
  readTimestamp,
} from "./json-types.ts";

export interface Shape<T> {
  readonly optional: boolean;
  readonly blob: boolean;
  readonly read: (value: JsonValue) => T;
  readonly complaints: (value: T, path: string) => readonly string[];
}

export type Shapes<T> = { readonly [Member in keyof T]-?: Shape<NonNullable<T[Member]>> };

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A rule that a value breaks or not, and its words. */
interface Rule<T> {
  readonly words: string;
  readonly holds: (value: T) => boolean;
}

const none: readonly string[] = [];

export function optional<T>(shape: Shape<T>): Shape<T> {
  return { ...shape, optional: true };
}

export function text(
  length: Range,
  pattern?: { source: string; holds: (value: string) => boolean },
) {
  const rules: Rule<string>[] = lengthRules(length, (value) => value.length);
  if (pattern !== undefined) {
    rules.push({
      words: `Member must satisfy regular expression pattern: ${pattern.source}`,
      holds: pattern.holds,
    });
  }
  return required(readString, scalarComplaints(rules), rules);
}

/** As text, for what must not be repeated to anyone: a complaint never shows the value. */
export function secretText(
  length: Range,
  pattern?: { source: string; holds: (value: string) => boolean },
): Shape<string> {
  const { read, rules } = text(length, pattern);
  const complain = (value: string, path: string): readonly string[] =>
    broken(rules, value).map((words) => complaint("Value", path, words));
  return required(read, complain, rules);
}

export function oneOf<Value extends string>(values: readonly Value[]): RuledShape<Value> {
  const known: ReadonlySet<string> = new Set(values);
  const rules: Rule<Value>[] = [
    {
      words: `Member must satisfy enum value set: [${values.join(", ")}]`,
      holds: (value) => known.has(value),
    },
  ];
  // An unknown word is still a string; whether it is one of the values is a constraint.
  return required((value) => readString(value) as Value, scalarComplaints(rules), rules);
}

export function integer(range: Range): RuledShape<number> {
  const rules: Rule<number>[] = [];
  const { min, max } = range;
  if (min !== undefined) {
    rules.push({
      words: `Member must have value greater than or equal to ${min}`,
      holds: (value) => value >= min,
    });
  }
  if (max !== undefined) {
    rules.push({
      words: `Member must have value less than or equal to ${max}`,
      holds: (value) => value <= max,
    });
  }
  return required(readInteger, scalarComplaints(rules), rules);
}

/** A page size: every List operation has the same shape, and some a lower maximum of their own. */
export function limitUpTo(max: number): Shape<number> {
  const shaped = integer({ min: 1, max: 1000 });
  const own: Rule<number> = {
    words: `Member must have value less than or equal to ${max}`,
    holds: (value) => value <= max || value > 1000,
  };
  const rules = [...shaped.rules, own];
  return required(readInteger, scalarComplaints(rules), rules);
}

export const flag: Shape<boolean> = required(readBoolean, () => none, []);

export const timestamp: Shape<Date> = required(readTimestamp, () => none, []);

/** Bytes. A complaint never shows the value: it may be a secret. */
export function blob(length: Range): Shape<Uint8Array> {
  const rules = lengthRules<Uint8Array>(length, (value) => value.length);
  const complain = (value: Uint8Array, path: string): readonly string[] =>
    broken(rules, value).map((words) => complaint("Value", path, words));
  return { ...required(readBlob, complain, rules), blob: true };
}

/** A list of scalars. Its elements' constraints are told of the list as a whole, as AWS does. */
export function listOf<T extends string>(
  element: RuledShape<T>,
  length: Range = {},
  show: (values: readonly T[]) => string = (values) => `Value '[${values.join(", ")}]'`,
): Shape<T[]> {
  const rules = lengthRules<T[]>(length, (value) => value.length);
  const elementWords = element.rules.map(({ words }) => words).join(", ");
  if (element.rules.length > 0) {
    rules.push({
      words: `Member must satisfy constraint: [${elementWords}]`,
      holds: (values) => values.every((value) => broken(element.rules, value).length === 0),
    });
  }
  const read = (value: JsonValue): T[] => readList(value).map((item) => element.read(item));
  const complain = (value: T[], path: string): readonly string[] =>
    broken(rules, value).map((words) => complaint(show(value), path, words));
  return required(read, complain, rules);
}

/** A list of structures: each element's member has a path of its own, counted from 1. */
export function listOfStructures<T extends object>(members: Shapes<T>): Shape<T[]> {
  const element = structure(members);
  return required(
    (value) => readList(value).map((item) => element.read(item)),
    (values, path) =>
      values.flatMap((value, index) => element.complaints(value, `${path}.${index + 1}.member`)),
    [],
  );
}

export function structure<T extends object>(members: Shapes<T>): Shape<T> {
  const shapes = Object.entries(members) as [string, Shape<unknown>][];
  return required(
    (value) => readMembers(readObject(value), shapes) as T,
    (value, path) => memberComplaints(value, shapes, `${path}.`),
    [],
  );
}

/** The encryption context: names and values without constraints of their own. */
export const encryptionContext: Shape<Record<string, string>> = required(
  (value) => {
    const members = readObject(value);
    for (const name in members) readString(members[name] ?? null);
    return members as Record<string, string>;
  },
  () => none,
  [],
);

/** An attestation document comes as text: only members of the input itself are decoded on the way. */
export const recipient: Shape<RecipientInfo> = structure<RecipientInfo>({
  KeyEncryptionAlgorithm: optional(oneOf<KeyEncryptionMechanism>(["RSAES_OAEP_SHA_256"])),
  AttestationDocument: optional({ ...blob({ min: 1, max: 262_144 }), read: readBase64 }),
});

export const dryRunModifiers = listOf(oneOf(["IGNORE_CIPHERTEXT"] as const));

const word = (value: string): boolean => /^\w+$/.test(value);
const latin1Text = (value: string): boolean => /^[\t\n\r\u0020-\u00FF]+$/.test(value);

export const keyReference = text({ min: 1, max: 2048 });
/** A grant token gives permissions to whoever knows it, so a complaint shows none. */
export const grantTokens = listOf(text({ min: 1, max: 8192 }), { min: 0, max: 10 }, () => "Value");
export const marker = text(
  { min: 1, max: 1024 },
  { source: "[\\u0020-\\u00FF]*", holds: (value) => /^[\u0020-\u00FF]*$/.test(value) },
);
export const aliasName = text(
  { min: 1, max: 256 },
  { source: "^[a-zA-Z0-9:/_-]+$", holds: (value) => /^[a-zA-Z0-9:/_-]+$/.test(value) },
);
export const xksKeyId = text(
  { min: 1, max: 128 },
  { source: "^[a-zA-Z0-9-_.]+$", holds: (value) => /^[a-zA-Z0-9\-_.]+$/.test(value) },
);
export const keyMaterialId = text(
  { min: 64, max: 64 },
  { source: "^[a-f0-9]+$", holds: (value) => /^[a-f0-9]+$/.test(value) },
);
export const keyMaterialDescription = text(
  { min: 0, max: 256 },
  {
    source: "^[a-zA-Z0-9:/_\\s.-]+$",
    // AWS's patterns are Java's, where white space is ASCII only.
    holds: (value) => /^[a-zA-Z0-9:/_ \t\n\v\f\r.-]+$/.test(value),
  },
);
const principalForm = {
  source: "^[\\w+=,.@:/-]+$",
  holds: (value: string): boolean => /^[\w+=,.@:/-]+$/.test(value),
};
export const principal = text({ min: 1, max: 256 }, principalForm);
/** The model says nothing of how long these may be: as the other principals, and as ARNs are. */
export const servicePrincipal = text({ min: 1, max: 256 });
export const sourceArn = text({ min: 1, max: 2048 });
export const grantId = text({ min: 1, max: 128 });
export const grantToken = text({ min: 1, max: 8192 });
export const grantName = text(
  { min: 1, max: 256 },
  { source: "^[a-zA-Z0-9:/_-]+$", holds: (value) => /^[a-zA-Z0-9:/_-]+$/.test(value) },
);
/** As the model has it; whether there is such a Region is another question. */
export const regionName = text(
  { min: 1, max: 32 },
  {
    source: "^([a-z]+-){2,3}\\d+$",
    holds: (value) => /^(?:[a-z]+-){2,3}\d+$/.test(value),
  },
);
export const policyName = text({ min: 1, max: 128 }, { source: "[\\w]+", holds: word });
export const policy = text(
  { min: 1, max: 131_072 },
  { source: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", holds: latin1Text },
);

/** Reads each declared member that is there; what is not declared is ignored, as AWS does. */
export function readMembers(
  input: JsonObject,
  shapes: readonly (readonly [string, Shape<unknown>])[],
): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [member, shape] of shapes) {
    const value = input[member];
    if (value !== undefined && value !== null) members[member] = shape.read(value);
  }
  return members;
}

/** Every constraint that a structure's members break. `prefix` is the path before the member. */
export function memberComplaints(
  value: object,
  shapes: readonly (readonly [string, Shape<unknown>])[],
  prefix: string,
): readonly string[] {
  const members = value as Record<string, unknown>;
  let complaints: string[] | undefined;
  for (const [member, shape] of shapes) {
    const found = complaintsOf(members[member], shape, prefix, member);
    if (found.length > 0) (complaints ??= []).push(...found);
  }
  return complaints ?? none;
}

function complaintsOf(
  value: unknown,
  shape: Shape<unknown>,
  prefix: string,
  member: string,
): readonly string[] {
  if (value === undefined && shape.optional) return none;
  const path = prefix + pathOf(member);
  if (value !== undefined) return shape.complaints(value, path);
  return [complaint("Value null", path, "Member must not be null")];
}

/** What paths call a member. Only declared members have one, so there are few. */
const paths = new Map<string, string>();

function pathOf(member: string): string {
  const known = paths.get(member);
  if (known !== undefined) return known;
  const path = member.charAt(0).toLowerCase() + member.slice(1);
  paths.set(member, path);
  return path;
}

export interface RuledShape<T> extends Shape<T> {
  readonly rules: readonly Rule<T>[];
}

function required<T>(
  read: Shape<T>["read"],
  complaints: Shape<T>["complaints"],
  rules: readonly Rule<T>[],
): RuledShape<T> {
  return { optional: false, blob: false, read, complaints, rules };
}

function scalarComplaints<T extends string | number>(rules: readonly Rule<T>[]) {
  return (value: T, path: string): readonly string[] =>
    broken(rules, value).map((words) => complaint(`Value '${value}'`, path, words));
}

function broken<T>(rules: readonly Rule<T>[], value: T): readonly string[] {
  let words: string[] | undefined;
  for (const rule of rules) if (!rule.holds(value)) (words ??= []).push(rule.words);
  return words ?? none;
}

function lengthRules<T>({ min, max }: Range, lengthOf: (value: T) => number): Rule<T>[] {
  const rules: Rule<T>[] = [];
  if (min !== undefined && min > 0) {
    rules.push({
      words: `Member must have length greater than or equal to ${min}`,
      holds: (value) => lengthOf(value) >= min,
    });
  }
  if (max !== undefined) {
    rules.push({
      words: `Member must have length less than or equal to ${max}`,
      holds: (value) => lengthOf(value) <= max,
    });
  }
  return rules;
}

function complaint(subject: string, path: string, words: string): string {
  return `${subject} at '${path}' failed to satisfy constraint: ${words}`;
}
