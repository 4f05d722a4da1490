/** The Condition element: operator, then condition key, then one value or a list of them. */
import { compileCondition } from "./conditions/condition.ts";
import type { Json } from "./json.ts";
import type { ConditionClause } from "./language.ts";
import { malformed } from "./policy-error.ts";

/**
 * Lists the clauses of a Condition element, all of which must hold. Values become strings,
 * as written. Throws a malformed PolicyError, also for a value that its operator could
 * never match: a Deny that cannot fire must not look as if it protected something.
 */
export function readConditions(
  json: Json | undefined,
  variables: boolean,
): readonly ConditionClause[] {
  if (json === undefined) return [];
  const clauses: ConditionClause[] = [];
  for (const [operator, block] of members(json, "Condition must be a JSON object.")) {
    for (const [key, values] of members(block, "A condition operator must hold a JSON object.")) {
      const clause = { operator, key, values: readValues(values) };
      compileCondition(clause, variables);
      clauses.push(clause);
    }
  }
  return clauses;
}

/** Operators and keys are named without regard to case, so "a" and "A" are one name twice. */
function members(json: Json, complaint: string): ReadonlyMap<string, Json> {
  if (!(json instanceof Map)) throw malformed(complaint);
  const object = json as ReadonlyMap<string, Json>;
  const names = new Set([...object.keys()].map((name) => name.toLowerCase()));
  if (names.size !== object.size) throw malformed("Condition repeats an operator or a key.");
  return object;
}

function readValues(json: Json): readonly string[] {
  const list = Array.isArray(json) ? (json as readonly Json[]) : [json];
  return list.map(valueText);
}

function valueText(json: Json): string {
  if (typeof json === "string") return json;
  if (typeof json === "boolean") return String(json);
  if (json !== null && "number" in json) return json.number;
  throw malformed("A condition value must be a string, a number or a boolean.");
}
