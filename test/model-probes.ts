/** Values to send as one member of an input, and what the service model says of each. */
import type { JsonValue } from "../src/service/service.ts";

export interface ModelMember {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly element?: ModelMember & { readonly ref?: string };
  /** The SDK has the member, but nobody wrote down how long it may be. */
  readonly constraintsUnknown?: boolean;
  readonly serviceEnforced?: { readonly min?: number; readonly max?: number };
}

export interface Model {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly input: { readonly members: readonly ModelMember[] };
        readonly cloudTrailReadOnly: boolean;
      }
    >
  >;
  readonly structures: Readonly<Record<string, { readonly members: readonly ModelMember[] }>>;
}

export interface Probe {
  readonly what: string;
  readonly value: JsonValue;
  /** The constraints it breaks, in the words of AWS's validation framework. */
  readonly broken: readonly string[];
}

/** One JSON value of each type. */
export const valueOfType: Readonly<Record<string, JsonValue>> = {
  string: "a",
  integer: 1,
  boolean: true,
  list: [],
  map: {},
  structure: {},
  blob: new Uint8Array([1]),
};

/**
 * The types a member can be read from: JSON does not tell a map from a structure, and a
 * timestamp is a number.
 */
export function readableTypes({ type }: ModelMember): readonly string[] {
  if (type === "timestamp") return ["integer"];
  return type === "map" || type === "structure" ? ["map", "structure"] : [type];
}

export function probesOf(member: ModelMember, structures: Model["structures"]): readonly Probe[] {
  if (member.enum !== undefined) return enumProbes(member);
  if (member.type === "integer") return rangeProbes(member);
  if (member.type === "list")
    return [...lengthProbes(member), ...elementProbes(member, structures)];
  return member.type === "string" || member.type === "blob"
    ? [...lengthProbes(member), ...patternProbes(member)]
    : [];
}

/** Enumerations and lists of rules come in no particular order. */
export function inOrder(complaint: string): string {
  return complaint.replace(
    /\[([^[\]]*)\]/g,
    (_all, list: string) => `[${list.split(", ").toSorted().join(", ")}]`,
  );
}

function enumProbes({ enum: values = [] }: ModelMember): readonly Probe[] {
  const rule = `Member must satisfy enum value set: [${values.join(", ")}]`;
  return [
    ...values.map((value) => ({ what: value, value, broken: [] })),
    { what: "an unknown word", value: "no such value", broken: [rule] },
  ];
}

function rangeProbes({ name, min, max, serviceEnforced }: ModelMember): readonly Probe[] {
  // A page size has one shape everywhere; what an operation enforces is narrower.
  const range = { min, max, ...(name === "Limit" ? serviceEnforced : {}) };
  return boundaryProbes(range, "value", (bound) => bound);
}

function lengthProbes(member: ModelMember): readonly Probe[] {
  if (member.constraintsUnknown === true) return [];
  const { min = 0, max, pattern = "" } = member;
  const valueOfLength = (length: number): JsonValue => {
    if (member.type === "blob") return new Uint8Array(length);
    if (member.type === "list") return Array.from({ length }, () => "a");
    return "a".repeat(length);
  };
  // Lists of structures have no length of their own.
  if (min === 0 && max === undefined) return [];
  const probes = boundaryProbes({ min: min === 0 ? undefined : min, max }, "length", valueOfLength);
  // A text of the right length may be no match for the pattern, as an empty one seldom is.
  const rule = `Member must satisfy regular expression pattern: ${pattern}`;
  const whole = new RegExp(`^(?:${pattern})$`);
  return probes.map((probe) =>
    pattern !== "" && typeof probe.value === "string" && !whole.test(probe.value)
      ? { ...probe, broken: [...probe.broken, rule] }
      : probe,
  );
}

function boundaryProbes(
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  quantity: "length" | "value",
  valueAt: (bound: number) => JsonValue,
): readonly Probe[] {
  const probe = (bound: number, broken: readonly string[]): Probe => ({
    what: `${quantity} ${bound}`,
    value: valueAt(bound),
    broken,
  });
  const least = `Member must have ${quantity} greater than or equal to ${min}`;
  const greatest = `Member must have ${quantity} less than or equal to ${max}`;
  return [
    ...(min === undefined ? [] : [probe(min - 1, [least]), probe(min, [])]),
    ...(max === undefined ? [] : [probe(max, []), probe(max + 1, [greatest])]),
  ];
}

function patternProbes({ pattern, min = 1 }: ModelMember): readonly Probe[] {
  if (pattern === undefined) return [];
  const rule = `Member must satisfy regular expression pattern: ${pattern}`;
  // Nothing but the pattern is to be broken.
  const value = "\u2028".repeat(Math.max(min, 1));
  return [{ what: "a line separator", value, broken: [rule] }];
}

function elementProbes(
  { element }: ModelMember,
  structures: Model["structures"],
): readonly Probe[] {
  if (element?.ref !== undefined) {
    const members = structures[element.ref.replace("#/structures/", "")]?.members ?? [];
    return members.flatMap((member) => structureProbes(member, members));
  }
  if (element === undefined) return [];
  const probes = probesOf({ ...element, type: "string" }, structures);
  // All rules of an element are told when one is broken.
  const rules = [...new Set(probes.flatMap(({ broken }) => broken))];
  return probes.map(({ what, value, broken }) => ({
    what: `an element: ${what}`,
    value: [value],
    broken: broken.length === 0 ? [] : [`Member must satisfy constraint: [${rules.join(", ")}]`],
  }));
}

function structureProbes(member: ModelMember, all: readonly ModelMember[]): readonly Probe[] {
  const sound = Object.fromEntries(all.map(({ name, min = 0 }) => [name, "a".repeat(min)]));
  const within = ({ what, value, broken }: Probe): Probe => ({
    what: `${member.name}: ${what}`,
    value: [{ ...sound, [member.name]: value }],
    broken,
  });
  const absent = member.required ? ["Member must not be null"] : [];
  return [
    within({ what: "null", value: null, broken: absent }),
    ...probesOf(member, {}).map(within),
  ];
}
