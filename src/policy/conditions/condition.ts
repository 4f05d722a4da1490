/**
 * One clause of a Condition element: what a missing key means, what several values of a
 * key mean, and what the set operators make of both. IAM User Guide, "Condition operators"
 * and "Set operators for multivalued context keys".
 */
import type { ConditionValue, Evaluation } from "../evaluation.ts";
import type { ConditionClause } from "../language.ts";
import { malformed } from "../policy-error.ts";
import { operators, splitOperator } from "./operators.ts";
import type { NamedOperator } from "./operators.ts";

/** What it takes to compare two short values, in the steps of an evaluation. */
const stepsPerComparison = 8;

/** Whether a clause holds for the request that is being evaluated. */
export type ConditionTest = (evaluation: Evaluation) => boolean;

/**
 * Compiles a clause; `variables` tells whether ${…} may be a variable in its values.
 * Throws a malformed PolicyError for an operator, a key or a value that cannot be.
 */
export function compileCondition(clause: ConditionClause, variables: boolean): ConditionTest {
  const operator = splitOperator(clause.operator);
  const key = readKey(clause.key);
  if (operator.name === "null") return compileNull(operator, key, clause.values);
  return compileComparison(operator, key, clause.values, variables);
}

function compileNull(
  { set, ifExists }: NamedOperator,
  key: string,
  values: readonly string[],
): ConditionTest {
  if (set !== undefined || ifExists)
    throw malformed("Null has neither set operators nor IfExists.");
  const wanted = values.map((value) => value.toLowerCase());
  if (wanted.some((value) => value !== "true" && value !== "false")) throw badValue();
  return (evaluation) => wanted.includes(String(isNull(listed(evaluation.sentValueOf(key)))));
}

function compileComparison(
  { name, set, ifExists }: NamedOperator,
  key: string,
  values: readonly string[],
  variables: boolean,
): ConditionTest {
  const operator = operators.get(name);
  if (operator === undefined) throw malformed("Condition has an unknown operator.");
  const test = operator.family(values, variables);
  if (test === undefined) throw badValue();

  const { negated } = operator;
  const stepsPerValue = 1 + stepsPerComparison * values.length;
  const holds = (value: string, evaluation: Evaluation) => {
    evaluation.spend(stepsPerValue + value.length);
    return test(value, evaluation) !== negated;
  };
  if (set === "ForAllValues") {
    return (evaluation) => {
      const requested = listed(evaluation.valueOf(key));
      return isNull(requested) || requested.every((value) => holds(value, evaluation));
    };
  }
  const whenMissing = ifExists || (negated && set === undefined);
  return (evaluation) => {
    const requested = listed(evaluation.valueOf(key));
    if (requested.length === 0) return whenMissing;
    return requested.some((value) => holds(value, evaluation));
  };
}

function readKey(key: string): string {
  if (!/^[^:]+:./.test(key)) throw malformed("Conditions must be prefaced by a vendor.");
  return key.toLowerCase();
}

function listed(value: ConditionValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** Absent, or with nothing in it: the User Guide's "null data set, such as an empty string". */
function isNull(values: readonly string[]): boolean {
  return values.every((value) => value === "");
}

function badValue(): Error {
  return malformed("A condition value does not suit its operator.");
}
