import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Effect, type OwnEffects, ownEffects, ownVerdict, weigh } from "./own-policies.ts";

const own = (identity: Effect, session: Effect = "allow"): OwnEffects => ({ identity, session });
const effects = fc.constantFrom<Effect>("allow", "deny", "none");
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
  expect(ownEffects({}, { ...request, principal: root }).identity).toBe("allow");
  expect(ownEffects({}, { ...request, principal: { type: "anonymous" } }).identity).toBe("none");
});
