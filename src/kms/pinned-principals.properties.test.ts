/**
 * Whoever comes and goes under whichever name: a key policy and a grant mean the users who
 * had the names when they were made, and nobody else. A Deny that is added opens nothing.
 */
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { type BenchUser, deleteUser, newUser, renamed } from "../../test/kms-users.ts";
import { KmsError } from "./errors.ts";

const names = ["ann", "ben", "cyd"] as const;
type Name = (typeof names)[number];

const account = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111122223333:root" },
  Action: "kms:*",
  Resource: "*",
};

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

async function encrypts(KeyId: string, user: BenchUser, own: readonly object[] = []) {
  try {
    const options = { caller: user.caller(...own) };
    await kms.send("Encrypt", { KeyId, Plaintext: Buffer.from("x") }, options);
    return true;
  } catch (error) {
    if (error instanceof KmsError && error.code === "AccessDeniedException") return false;
    throw error;
  }
}

async function keyWith(Statement: readonly object[]): Promise<string> {
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  return await kms.newKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
}

const name = fc.constantFrom(...names);
const someNames = fc.subarray([...names]);
const steps = fc.oneof(
  fc.record({ kind: fc.constant("make" as const), name }),
  fc.record({ kind: fc.constant("delete" as const), name }),
  fc.record({ kind: fc.constant("rename" as const), name, to: name }),
  fc.record({ kind: fc.constant("put" as const), allowed: someNames, denied: someNames }),
  fc.record({ kind: fc.constant("grant" as const), name }),
);
type Step = typeof steps extends fc.Arbitrary<infer Made> ? Made : never;

/** Who is there, and whom the key's policy and grants mean, by unique id. */
class World {
  readonly users = new Map<Name, BenchUser>();
  allowed = new Set<string>();
  denied = new Set<string>();
  readonly granted = new Set<string>();

  mayEncrypt({ id }: BenchUser): boolean {
    return !this.denied.has(id) && (this.allowed.has(id) || this.granted.has(id));
  }

  living(wanted: readonly Name[]): readonly BenchUser[] {
    return wanted.flatMap((one) => this.users.get(one) ?? []);
  }
}

async function take(step: Step, world: World, KeyId: string): Promise<void> {
  if (step.kind === "put") return await putPolicy(step, world, KeyId);
  const user = world.users.get(step.name);
  if (step.kind === "make") {
    if (user === undefined) world.users.set(step.name, await newUser(kms, step.name));
    return;
  }
  if (user === undefined) return;
  if (step.kind === "grant") return await grantTo(user, world, KeyId);
  if (step.kind === "rename" && world.users.has(step.to)) return;
  world.users.delete(step.name);
  if (step.kind === "delete") return await deleteUser(kms, user);
  world.users.set(step.to, await renamed(kms, user, { userName: step.to }));
}

async function putPolicy(
  step: { readonly allowed: readonly Name[]; readonly denied: readonly Name[] },
  world: World,
  KeyId: string,
): Promise<void> {
  const [allowed, denied] = [world.living(step.allowed), world.living(step.denied)];
  const of = (Effect: string, users: readonly BenchUser[]) => ({
    ...account,
    Effect,
    Principal: { AWS: users.map(({ arn }) => arn) },
    Action: "kms:Encrypt",
  });
  const Statement = [account, of("Allow", allowed), of("Deny", denied)];
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
  await kms.call("PutKeyPolicy", { KeyId, Policy });
  world.allowed = new Set(allowed.map(({ id }) => id));
  world.denied = new Set(denied.map(({ id }) => id));
}

async function grantTo({ arn, id }: BenchUser, world: World, KeyId: string): Promise<void> {
  await kms.call("CreateGrant", { KeyId, GranteePrincipal: arn, Operations: ["Encrypt"] });
  world.granted.add(id);
}

test("a user who was made again is never who was meant", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async (made) => {
      const KeyId = await kms.newKey();
      const world = new World();
      try {
        for (const step of made) {
          await take(step, world, KeyId);
          for (const user of world.users.values()) {
            expect(await encrypts(KeyId, user)).toBe(world.mayEncrypt(user));
          }
        }
      } finally {
        for (const user of world.users.values()) await deleteUser(kms, user);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("adding a Deny opens the key to nobody", async () => {
  const users = await Promise.all(names.map(async (one) => await newUser(kms, one)));
  const principal = fc.oneof(
    fc.constant("*"),
    fc.subarray(["arn:aws:iam::111122223333:root", ...users.map(({ arn }) => arn)]),
  );
  const action = fc.constantFrom("kms:Encrypt", "kms:*", "kms:Decrypt");
  const allows = fc
    .record({ principal, action })
    .map(({ principal: AWS, action: Action }) => ({ ...account, Principal: { AWS }, Action }));
  const denies = fc
    .record({ principal, action, element: fc.constantFrom("Principal", "NotPrincipal") })
    .map(({ principal: AWS, action: Action, element }) => ({
      Effect: "Deny",
      [element]: { AWS },
      Action,
      Resource: "*",
    }));
  const own = fc.constantFrom([], [{ Effect: "Allow", Action: "kms:*", Resource: "*" }]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(allows, { minLength: 1, maxLength: 3 }),
      denies,
      own,
      async (statements, denial, policies) => {
        const [before, after] = [await keyWith(statements), await keyWith([denial, ...statements])];
        for (const user of users) {
          const opened = await encrypts(after, user, policies);
          expect(opened && !(await encrypts(before, user, policies))).toBe(false);
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
