/** Every condition operator. IAM User Guide, "IAM JSON policy elements: Condition operators". */
import { arnLike } from "./arn.ts";
import { binaryEquals } from "./binary.ts";
import { bool } from "./boolean.ts";
import { date } from "./date.ts";
import type { ConditionFamily } from "./family.ts";
import { ipAddress } from "./ip-address.ts";
import { numeric } from "./numeric.ts";
import { stringEquals, stringEqualsIgnoreCase, stringLike } from "./string.ts";

export interface Operator {
  readonly family: ConditionFamily;
  /** Holds where the family finds no fit: StringNotEquals, NotIpAddress, … */
  readonly negated: boolean;
}

/** An operator as it stands in a policy, with what is put before and after its name. */
export interface NamedOperator {
  readonly name: string;
  readonly set: "ForAllValues" | "ForAnyValue" | undefined;
  readonly ifExists: boolean;
}

/** By name in lower case. Null is not among them: it asks about the key, not its value. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ["stringequals", plain(stringEquals)],
  ["stringnotequals", negated(stringEquals)],
  ["stringequalsignorecase", plain(stringEqualsIgnoreCase)],
  ["stringnotequalsignorecase", negated(stringEqualsIgnoreCase)],
  ["stringlike", plain(stringLike)],
  ["stringnotlike", negated(stringLike)],
  ...ordered("numeric", numeric),
  ...ordered("date", date),
  ["bool", plain(bool)],
  ["binaryequals", plain(binaryEquals)],
  ["ipaddress", plain(ipAddress)],
  ["notipaddress", negated(ipAddress)],
  ["arnequals", plain(arnLike)],
  ["arnlike", plain(arnLike)],
  ["arnnotequals", negated(arnLike)],
  ["arnnotlike", negated(arnLike)],
]);

/** Takes an operator apart; its name comes back in lower case, known or not. */
export function splitOperator(text: string): NamedOperator {
  const folded = text.toLowerCase();
  const set = folded.startsWith("forallvalues:")
    ? "ForAllValues"
    : folded.startsWith("foranyvalue:")
      ? "ForAnyValue"
      : undefined;
  const bare = set === undefined ? folded : folded.slice(set.length + 1);
  const ifExists = bare.endsWith("ifexists");
  return { name: ifExists ? bare.slice(0, -"ifexists".length) : bare, set, ifExists };
}

function ordered(
  type: string,
  family: (fits: (order: number) => boolean) => ConditionFamily,
): [string, Operator][] {
  const equals = family((order) => order === 0);
  return [
    [`${type}equals`, plain(equals)],
    [`${type}notequals`, negated(equals)],
    [`${type}lessthan`, plain(family((order) => order < 0))],
    [`${type}lessthanequals`, plain(family((order) => order <= 0))],
    [`${type}greaterthan`, plain(family((order) => order > 0))],
    [`${type}greaterthanequals`, plain(family((order) => order >= 0))],
  ];
}

function plain(family: ConditionFamily): Operator {
  return { family, negated: false };
}

function negated(family: ConditionFamily): Operator {
  return { family, negated: true };
}
