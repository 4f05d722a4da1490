/** The evaluation of generated policies, against an evaluator that is slow and plain. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePolicy } from "./compile.ts";
import { parsePolicy } from "./document.ts";
import { evaluateResourcePolicy } from "./evaluate.ts";
import type { ConditionFact, ConditionValue } from "./evaluation.ts";
import type { RequestPrincipal } from "./principal.ts";

const accountId = "111122223333";
const rootArn = `arn:aws:iam::${accountId}:root`;
const key = `arn:aws:kms:us-west-2:${accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const bobArn = `arn:aws:iam::${accountId}:user/team/Bob`;
const roleArn = `arn:aws:iam::${accountId}:role/ci/Build`;
const roleId = "AROADBQP57FF2AEXAMPLE";
const sessionArn = `arn:aws:sts::${accountId}:assumed-role/Build/run-1`;
const visitorArn = `arn:aws:sts::${accountId}:federated-user/Visitor`;

const bob: RequestPrincipal = {
  type: "user",
  accountId,
  arn: bobArn,
  id: "AIDACKCEVSQ6C2EXAMPLE",
};

const callers: readonly RequestPrincipal[] = [
  { type: "root", accountId },
  { type: "root", accountId: "444455556666" },
  bob,
  {
    type: "assumed-role",
    accountId,
    arn: sessionArn,
    role: { arn: roleArn, id: roleId },
  },
  { type: "federated-user", accountId, arn: visitorArn },
  { type: "service", names: ["cloudtrail.amazonaws.com"] },
  { type: "anonymous" },
];

interface Asking {
  readonly principal: RequestPrincipal;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, ConditionValue>>;
}

function ask(
  statements: readonly object[],
  asking: Omit<Asking, "context"> & { readonly context: Readonly<Record<string, ConditionFact>> },
) {
  const policy = compilePolicy(
    parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements })),
  );
  const context = new Map(Object.entries(asking.context));
  return evaluateResourcePolicy(policy, { ...asking, context });
}

function some<Value>(...values: Value[]) {
  const one = fc.constantFrom(...values);
  return fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }));
}

describe("evaluated by two evaluators", () => {
  const actions = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"];
  const resources = [key, `arn:aws:kms:us-west-2:${accountId}:alias/x`];
  const words = ["a", "b", "ab", ""];

  const principals = fc.oneof(
    fc.constant("*"),
    fc.record({
      AWS: some(rootArn, "444455556666", bob.id, bobArn, sessionArn, roleArn, roleId, visitorArn),
    }),
    fc.record({ Service: some("cloudtrail.amazonaws.com", "s3.amazonaws.com") }),
  );
  const operators = fc
    .tuple(
      fc.constantFrom("", "ForAllValues:", "ForAnyValue:"),
      fc.constantFrom("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
      fc.constantFrom("", "IfExists"),
    )
    .map((parts) => parts.join(""));
  const conditions = fc.dictionary(
    fc.oneof(operators, fc.constant("Null")),
    fc.dictionary(fc.constantFrom("t:One", "t:Two"), some("a", "b", "a*", "*", "?"), {
      maxKeys: 2,
    }),
    { maxKeys: 2 },
  );
  const actionTexts = some("kms:*", "kms:Encrypt", "kms:De*", "kms:*crypt", "*", "s3:GetObject");
  const resourceTexts = some("*", key, "arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:alias/?");
  const statements = fc
    .record({
      Effect: fc.constantFrom("Allow", "Deny"),
      principal: fc.tuple(fc.constantFrom("Principal", "Principal", "NotPrincipal"), principals),
      action: fc.tuple(fc.constantFrom("Action", "Action", "NotAction"), actionTexts),
      resource: fc.tuple(fc.constantFrom("Resource", "Resource", "NotResource"), resourceTexts),
      Condition: conditions,
    })
    .map(({ Effect, principal, action, resource, Condition }) => ({
      Effect: principal[0] === "NotPrincipal" ? "Deny" : Effect,
      [principal[0]]: principal[1],
      [action[0]]: action[1],
      [resource[0]]: resource[1],
      Condition: withBooleans(Condition),
    }));
  const values = fc.option(
    fc.oneof(fc.constantFrom(...words), fc.array(fc.constantFrom(...words), { maxLength: 3 })),
    { nil: undefined },
  );
  const requests = fc
    .record({
      principal: fc.constantFrom(...callers),
      action: fc.constantFrom(...actions),
      resource: fc.constantFrom(...resources),
      one: values,
      two: values,
    })
    .map(({ principal, action, resource, one, two }) => ({
      principal,
      action,
      resource,
      context: Object.fromEntries(
        Object.entries({ "t:one": one, "t:two": two }).filter(([, value]) => value !== undefined),
      ) as Record<string, ConditionValue>,
    }));
  const policies = fc.array(statements, { minLength: 1, maxLength: 4 });

  test("the decision is the same", () => {
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        const { effect: found, through } = ask(policy, request);
        expect({ found, through: found === "allow" ? through : undefined }).toEqual(
          naiveDecision(policy, request),
        );
      }),
      { numRuns: 5_000 },
    );
  });

  test("adding a Deny never turns a denial into an allow, wherever it is put", () => {
    const rank = { deny: 0, none: 1, allow: 2 };
    const places = fc.nat({ max: 4 });
    fc.assert(
      fc.property(policies, statements, places, requests, (policy, added, place, request) => {
        const more = policy.toSpliced(place, 0, { ...added, Effect: "Deny" });
        const [before, after] = [ask(policy, request).effect, ask(more, request).effect];
        expect(rank[after]).toBeLessThanOrEqual(rank[before]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a second spelling of a name never turns a denial into an allow", () => {
    const word = fc.constantFrom("a", "b", "c");
    const Condition = fc.dictionary(
      operators,
      fc.dictionary(fc.constantFrom("t:One", "t:Two"), some("a", "b", "a*", "${t:One}"), {
        minKeys: 1,
      }),
      { minKeys: 1, maxKeys: 2 },
    );
    const spelled = fc.record({ Effect: fc.constantFrom("Allow", "Deny"), Condition });
    const several = fc.array(word, { minLength: 1, maxLength: 3 });
    const rank = { deny: 0, none: 1, allow: 2 };
    fc.assert(
      fc.property(
        fc.array(spelled, { minLength: 1, maxLength: 4 }),
        several,
        several,
        (all, ...names) => {
          const policy = all.map((one) => ({ Principal: "*", Action: "*", Resource: "*", ...one }));
          const effectOf = (one: ConditionFact, two: ConditionFact) => {
            const context = { "t:one": one, "t:two": two };
            return rank[
              ask(policy, { principal: bob, action: "kms:Encrypt", resource: key, context }).effect
            ];
          };
          const [ones, twos] = names;
          const together = effectOf({ spellings: ones }, { spellings: twos });
          const readings = ones.flatMap((one) => twos.map((two) => effectOf(one, two)));
          expect(together).toBeLessThanOrEqual(Math.min(...readings));
          expect(together === 0).toBe(readings.includes(0));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("the order of the statements changes neither the effect nor its strength", () => {
    fc.assert(
      fc.property(policies, requests, (policy, request) => {
        const [one, other] = [ask(policy, request), ask(policy.toReversed(), request)];
        expect(other.effect).toBe(one.effect);
        expect(one.effect !== "allow" || other.through === one.through).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

type Block = Record<string, Record<string, string | string[]>>;

/** Null takes true or false where the other operators take words. */
function withBooleans(condition: Block): Block {
  const { Null: block, ...others } = condition;
  if (block === undefined) return condition;
  const flags = Object.entries(block).map(([name, value]) => [name, String(value.length > 1)]);
  return { ...others, Null: Object.fromEntries(flags) as Record<string, string> };
}

function naiveDecision(policy: readonly object[], asking: Asking) {
  const matching = policy
    .map((entry) => entry as Record<string, unknown>)
    .filter((entry) => naiveMatch(entry, asking));
  const allows = matching.filter((entry) => entry["Effect"] === "Allow");
  const found =
    allows.length < matching.length ? "deny" : allows.length > 0 ? "allow" : ("none" as const);
  const kinds = allows.map((entry) => naiveThrough(entry["Principal"], asking.principal));
  const order = ["principal", "everyone", "role", "account"];
  const through = order.find((kind) => kinds.includes(kind));
  return { found, through: found === "allow" ? through : undefined };
}

function naiveMatch(entry: Record<string, unknown>, asking: Asking): boolean {
  const element = (name: string, fits: (pattern: string) => boolean) =>
    entry[name] === undefined
      ? !listOf(entry[`Not${name}`]).some(fits)
      : listOf(entry[name]).some(fits);
  const spoken =
    entry["Principal"] === undefined
      ? !naiveExempt(entry["NotPrincipal"], asking.principal)
      : naiveThrough(entry["Principal"], asking.principal) !== undefined;
  return (
    spoken &&
    element("Action", (pattern) => glob(pattern, "i").test(asking.action)) &&
    element("Resource", (pattern) => glob(pattern).test(asking.resource)) &&
    Object.entries(entry["Condition"] as Block).every(([operator, block]) =>
      Object.entries(block).every(([name, stated]) =>
        naiveCondition(operator, listOf(stated), asking.context[name.toLowerCase()]),
      ),
    )
  );
}

function naiveCondition(operator: string, stated: string[], value: ConditionValue | undefined) {
  const requested = value === undefined ? [] : listOf(value);
  const empty = requested.join("") === "";
  if (operator === "Null") return stated[0] === String(empty);
  const fits = (text: string) => {
    const same = stated.some((word) =>
      operator.includes("Like") ? glob(word).test(text) : word === text,
    );
    return operator.includes("Not") ? !same : same;
  };
  if (operator.startsWith("ForAllValues:")) return empty || requested.every(fits);
  if (requested.length > 0) return requested.some(fits);
  if (operator.endsWith("IfExists")) return true;
  return operator.includes("Not") && !operator.startsWith("ForAnyValue:");
}

function naiveThrough(principal: unknown, caller: RequestPrincipal): string | undefined {
  const named = namesOf(principal);
  if (namesOfCaller(caller).some((name) => named.includes(name))) return "principal";
  if (named.includes("*")) return "everyone";
  if (caller.type === "assumed-role" && named.includes(caller.role.id)) return "role";
  const account = "accountId" in caller ? caller.accountId : "nobody's";
  return named.includes(account) ? "account" : undefined;
}

function naiveExempt(principal: unknown, caller: RequestPrincipal): boolean {
  const named = namesOf(principal);
  const layers = [
    ...namesOfCaller(caller),
    ...("accountId" in caller ? [caller.accountId] : []),
    ...(caller.type === "assumed-role" ? [caller.role.id] : []),
  ];
  const all = layers.length > 0 && layers.every((layer) => named.includes(layer));
  return named.includes("*") || all;
}

function namesOf(principal: unknown): string[] {
  const lists = typeof principal === "string" ? [principal] : Object.values(principal as object);
  return lists.flatMap(listOf).map((name) => (name === rootArn ? accountId : name));
}

function namesOfCaller(caller: RequestPrincipal): readonly string[] {
  if (caller.type === "service") return caller.names;
  if (caller.type === "user") return [caller.id];
  return "arn" in caller ? [caller.arn] : [];
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? (value as string[]) : [value as string];
}

function glob(pattern: string, flags = ""): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, flags);
}
