import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Effect,
  type OwnEffects,
  ownEffects,
  ownVerdict,
  reasonOf,
  type Voice,
  weigh,
} from "./own-policies.ts";
import type { MatchKind } from "./principal.ts";

const own = (
  identity: Effect,
  session: Effect = "allow",
  boundary: Effect = "allow",
): OwnEffects => ({ identity, boundary, session });
const none = {
  identityPolicies: undefined,
  permissionsBoundary: undefined,
  sessionPolicy: undefined,
};
const effectNames = ["allow", "deny", "none"] as const;
const effects = fc.constantFrom<Effect>(...effectNames);
const through = fc.constantFrom("principal", "everyone", "role", "account");

/** What has to come of the voices, of which the resource's is the first. */
function expected(voices: readonly Effect[], effect: Effect): Effect {
  if (voices.includes("deny")) return "deny";
  return voices[0] === "none" ? "none" : effect;
}

describe("without a resource's policy", () => {
  test.each<[Effect, Effect, Effect, string]>([
    ["allow", "allow", "allow", "session"],
    ["allow", "none", "none", "session"],
    ["allow", "deny", "deny", "session"],
    ["none", "allow", "none", "identity"],
    ["none", "none", "none", "identity"],
    ["none", "deny", "deny", "session"],
    ["deny", "allow", "deny", "identity"],
    ["deny", "deny", "deny", "identity"],
  ])("identity %s and session %s make %s by the %s", (identity, session, effect, by) => {
    expect(ownVerdict(own(identity, session))).toEqual({ effect, by });
  });
});

describe("a boundary", () => {
  test.each<[Effect, Effect, Effect, Voice]>([
    ["allow", "allow", "allow", "session"],
    ["allow", "none", "none", "boundary"],
    ["allow", "deny", "deny", "boundary"],
    ["none", "allow", "none", "identity"],
    ["none", "none", "none", "identity"],
    ["none", "deny", "deny", "boundary"],
    ["deny", "none", "deny", "identity"],
    ["deny", "deny", "deny", "identity"],
  ])("identity %s within boundary %s make %s by the %s", (identity, boundary, effect, by) => {
    expect(ownVerdict(own(identity, "allow", boundary))).toEqual({ effect, by });
  });

  test.each<[MatchKind, Effect, boolean, Effect]>([
    ["principal", "none", true, "allow"],
    ["everyone", "none", true, "allow"],
    ["role", "none", true, "none"],
    ["account", "none", true, "none"],
    ["account", "allow", true, "allow"],
    ["principal", "none", false, "none"],
    ["everyone", "none", false, "none"],
    ["principal", "deny", true, "deny"],
    ["everyone", "deny", true, "deny"],
  ])("beside an allow through %s, saying %s (at home: %s), makes %s", (...row) => {
    const [kind, boundary, home, effect] = row;
    const allow = { effect: "allow", through: kind } as const;
    expect(weigh(allow, own("allow", "allow", boundary), home).effect).toBe(effect);
  });

  test("speaks before the policy of a session", () => {
    expect(ownVerdict(own("allow", "none", "none")).by).toBe("boundary");
  });
});

test.each<[Voice, Effect, string]>([
  ["identity", "deny", "with an explicit deny in an identity-based policy"],
  ["identity", "none", "because no identity-based policy allows the kms:Sign action"],
  ["resource", "deny", "with an explicit deny in a resource-based policy"],
  ["resource", "none", "because no resource-based policy allows the kms:Sign action"],
  ["boundary", "deny", "with an explicit deny in a permissions boundary"],
  ["boundary", "none", "because no permissions boundary allows the kms:Sign action"],
  ["session", "deny", "with an explicit deny in a session policy"],
  ["session", "none", "because no session policy allows the kms:Sign action"],
])("of a decision by the %s, %s, it is said %s", (by, effect, reason) => {
  expect(reasonOf({ by, effect }, "kms:Sign")).toBe(reason);
});

describe("what takes away never gives", () => {
  const worseThan: Readonly<Record<Effect, readonly Effect[]>> = {
    allow: effectNames,
    none: ["none", "deny"],
    deny: ["deny"],
  };
  const worse = (effect: Effect) => fc.constantFrom(...worseThan[effect]);
  const pairs = effects.chain((before) => fc.tuple(fc.constant(before), worse(before)));

  test("be it a boundary that is added, an allow that is detached or a deny that is attached", () => {
    const holds = fc.property(
      fc.tuple(effects, through),
      pairs,
      pairs,
      pairs,
      fc.boolean(),
      ([resource, kind], identity, boundary, session, home) => {
        const asked = { effect: resource, through: kind };
        const before = own(identity[0], session[0], boundary[0]);
        const after = own(identity[1], session[1], boundary[1]);
        const wasAllowed = weigh(asked, before, home).effect === "allow";
        return wasAllowed || weigh(asked, after, home).effect !== "allow";
      },
    );
    expect(() => fc.assert(holds, { numRuns: 2_000 })).not.toThrow();
  });
});

describe("beside a resource's policy", () => {
  test.each([
    ["principal", own("none", "none"), "allow"],
    ["everyone", own("none", "none"), "allow"],
    ["role", own("none", "allow"), "allow"],
    ["role", own("allow", "none"), "none"],
    ["account", own("allow", "none"), "none"],
    ["account", own("none", "allow"), "none"],
    ["account", own("allow", "allow"), "allow"],
  ] as const)("an allow through %s in the same account (%o) makes %s", (kind, voices, effect) => {
    expect(weigh({ effect: "allow", through: kind }, voices, true).effect).toBe(effect);
  });

  test.each(["principal", "everyone", "role", "account"] as const)(
    "an allow through %s from elsewhere needs all of the caller's own",
    (kind) => {
      const allow = { effect: "allow", through: kind } as const;
      expect(weigh(allow, own("allow", "allow"), false).effect).toBe("allow");
      expect(weigh(allow, own("none", "allow"), false)).toEqual({ effect: "none", by: "identity" });
      expect(weigh(allow, own("allow", "none"), false)).toEqual({ effect: "none", by: "session" });
    },
  );

  test("nothing comes of silence, and a deny of anyone ends it", () => {
    const holds = fc.property(
      fc.tuple(effects, effects, effects),
      through,
      fc.boolean(),
      ([resource, one, two], kind, home) => {
        const { effect } = weigh({ effect: resource, through: kind }, own(one, two), home);
        return effect === expected([resource, one, two], effect);
      },
    );
    expect(() => fc.assert(holds)).not.toThrow();
  });
});

test("a root identity needs no policy, and nobody else goes without", () => {
  const request = { action: "kms:Encrypt", resource: "*", context: new Map() };
  const root = { type: "root", accountId: "111122223333" } as const;
  expect(ownEffects(none, { ...request, principal: root }).identity).toBe("allow");
  expect(ownEffects(none, { ...request, principal: { type: "anonymous" } }).identity).toBe("none");
});
