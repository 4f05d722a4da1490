/** What the kinds of condition values have in common. */
import type { Evaluation } from "../evaluation.ts";

/** Whether some value of the policy fits this value of the request. */
type ValueTest = (value: string, evaluation: Evaluation) => boolean;

/**
 * Compiles the values a policy gives to an operator; undefined when one of them is not a
 * value of the operator's type. `variables` tells whether ${…} may be a variable.
 */
export type ConditionFamily = (
  values: readonly string[],
  variables: boolean,
) => ValueTest | undefined;

/** Maps every value; undefined when the function has no result for one of them. */
export function mapAll<Result extends object | string | number>(
  values: readonly string[],
  read: (value: string) => Result | undefined,
): readonly Result[] | undefined {
  const results: Result[] = [];
  for (const value of values) {
    const result = read(value);
    if (result === undefined) return undefined;
    results.push(result);
  }
  return results;
}

/**
 * A family of values without variables: reads both sides, then compares. A request value
 * that cannot be read fits nothing.
 */
export function compared<Value extends object | string | number>(
  read: (text: string) => Value | undefined,
  fits: (requested: Value, stated: Value) => boolean,
): ConditionFamily {
  return (values) => {
    const stated = mapAll(values, read);
    if (stated === undefined) return undefined;
    return (text) => {
      const requested = read(text);
      return requested !== undefined && stated.some((value) => fits(requested, value));
    };
  };
}
