import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallOptions, kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";

const invalidMarker = { code: "InvalidMarkerException", message: undefined };
const day = 86_400_000;

interface Listed {
  readonly items: readonly string[];
  readonly next: string | undefined;
  readonly truncated: boolean | undefined;
}

interface Asked {
  readonly Limit?: number | undefined;
  readonly Marker?: string | undefined;
}

let kms: KmsBench;
let tagged: string;
let rotated: string;
let named: string;
beforeAll(async () => {
  kms = await kmsBench();
  const Tags = letters(13).map((TagKey) => ({ TagKey, TagValue: "x" }));
  [tagged, rotated, named] = [await kms.newKey({ Tags }), await kms.newKey(), await kms.newKey()];
  for (let count = 0; count < 11; count += 1) {
    await kms.call("RotateKeyOnDemand", { KeyId: rotated });
  }
  for (const letter of letters(14)) await name(letter);
  for (let count = 0; count < 8; count += 1) await kms.newKey();
});
afterAll(async () => await kms.close());

async function name(letter: string): Promise<void> {
  await kms.call("CreateAlias", { AliasName: `alias/${letter}`, TargetKeyId: named });
}

/** Every listing, each as pages of names. */
const listings: Record<string, (asked: Asked) => Promise<Listed>> = {
  async ListKeys(asked) {
    const { Keys, ...page } = await kms.call("ListKeys", asked);
    return listed(
      Keys?.map(({ KeyId }) => KeyId),
      page,
    );
  },
  async ListAliases(asked) {
    const { Aliases, ...page } = await kms.call("ListAliases", asked);
    return listed(
      Aliases?.map(({ AliasName }) => AliasName),
      page,
    );
  },
  async ListAliasesOfOneKey(asked) {
    const { Aliases, ...page } = await kms.call("ListAliases", { KeyId: named, ...asked });
    return listed(
      Aliases?.map(({ AliasName }) => AliasName),
      page,
    );
  },
  async ListKeyRotations(asked) {
    const { Rotations, ...page } = await kms.call("ListKeyRotations", { KeyId: rotated, ...asked });
    return listed(
      Rotations?.map(({ KeyMaterialId }) => KeyMaterialId),
      page,
    );
  },
  async ListResourceTags(asked) {
    const { Tags, ...page } = await kms.call("ListResourceTags", { KeyId: tagged, ...asked });
    return listed(
      Tags?.map(({ TagKey }) => TagKey),
      page,
    );
  },
};

describe.each(Object.keys(listings))("%s", (listing) => {
  const list = async (asked: Asked): Promise<Listed> => {
    const read = listings[listing];
    if (read === undefined) throw new Error(`no listing ${listing}`);
    return await read(asked);
  };

  test("gives every item exactly once, in order, in pages of any sizes", async () => {
    const all = (await list({})).items;
    expect(all.length).toBeGreaterThan(9);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        async (sizes) => {
          const seen: string[] = [];
          let Marker: string | undefined;
          for (let page = 0; page <= all.length; page += 1) {
            const Limit = sizes[page % sizes.length] ?? 1;
            const { items, next, truncated } = await list({ Limit, Marker });
            expect(items.length).toBeLessThanOrEqual(Limit);
            expect(truncated).toBe(next !== undefined);
            seen.push(...items);
            Marker = next;
            if (next === undefined) break;
          }
          expect(seen).toEqual(all);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("has no marker on a last page that is exactly full", async () => {
    const { items } = await list({});
    const full = await list({ Limit: items.length });
    expect(full).toEqual({ items, next: undefined, truncated: false });
  });

  test("refuses a marker with any bit changed, shortened, lengthened or made up", async () => {
    const { next = "" } = await list({ Limit: 1 });
    const bytes = Buffer.from(next, "base64url");
    const changed = Array.from({ length: 40 }, (_v, index) => {
      const copy = Buffer.from(bytes);
      const at = Math.floor((index * copy.length) / 40);
      copy[at] = (copy[at] ?? 0) ^ (1 << (index % 8));
      return copy.toString("base64url");
    });
    const others = [next.slice(1), next.slice(0, -1), `${next}A`, `${next}=`, "x", " ", "alias/a"];
    for (const Marker of [...changed, ...others]) {
      expect(await refusal(list({ Marker }))).toEqual(invalidMarker);
    }
  });

  test("refuses the markers of every other listing", async () => {
    const others = Object.entries(listings).filter(([other]) => other !== listing);
    for (const [, read] of others) {
      const { next } = await read({ Limit: 1 });
      expect(await refusal(list({ Marker: next }))).toEqual(invalidMarker);
    }
  });

  test("refuses a marker that is more than a day old", async () => {
    const { next } = await list({ Limit: 1 });
    kms.nowMs += day;
    await list({ Marker: next });
    kms.nowMs += 1;
    expect(await refusal(list({ Marker: next }))).toEqual(invalidMarker);
  });

  test("ValidationException for an empty marker and one of 1,025 characters", async () => {
    for (const Marker of ["", "x".repeat(1025), "\u0100"]) {
      expect(await refusal(list({ Marker }))).toMatchObject({ code: "ValidationException" });
    }
  });
});

describe("a marker", () => {
  test("is of no use to another account or in another Region", async () => {
    for (const options of [{ accountId: "444455556666" }, { region: "us-east-1" }]) {
      await threeKeys(options);
      const { NextMarker: Marker } = await kms.call("ListKeys", { Limit: 1 });
      const attempt = kms.call("ListKeys", { Marker }, options);
      expect(await refusal(attempt)).toEqual(invalidMarker);
    }
  });

  test("is bound to the key that was asked about", async () => {
    const { NextMarker: Marker } = await kms.call("ListResourceTags", { KeyId: tagged, Limit: 1 });
    const attempt = kms.call("ListResourceTags", { KeyId: named, Marker });
    expect(await refusal(attempt)).toEqual(invalidMarker);
  });

  test("is bound to what of the key was asked for", async () => {
    const { NextMarker: Marker } = await kms.call("ListKeyRotations", { KeyId: rotated, Limit: 1 });
    const IncludeKeyMaterial = "ALL_KEY_MATERIAL" as const;
    const attempt = kms.call("ListKeyRotations", { KeyId: rotated, Marker, IncludeKeyMaterial });
    expect(await refusal(attempt)).toEqual(invalidMarker);
  });

  test("may be used again, with another limit", async () => {
    const { NextMarker: Marker } = await kms.call("ListKeys", { Limit: 2 });
    const [two, four] = [
      await kms.call("ListKeys", { Marker, Limit: 2 }),
      await kms.call("ListKeys", { Marker, Limit: 4 }),
    ];
    expect(four.Keys?.slice(0, 2)).toEqual(two.Keys);
  });

  test("skips nothing and repeats nothing while aliases come and go", async () => {
    const steps = fc.array(
      fc.record({
        limit: fc.integer({ min: 1, max: 5 }),
        removed: fc.constantFrom(...letters(14)),
        added: fc.constantFrom("aa", "bb", "mm", "zz"),
      }),
      { minLength: 1, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const touched = new Set(plan.flatMap(({ removed, added }) => [removed, added]));
        const seen: string[] = [];
        let Marker: string | undefined;
        for (let page = 0; ; page += 1) {
          const step = plan[page];
          const asked = { Marker, Limit: step?.limit ?? 100 };
          const { Aliases = [], NextMarker } = await kms.call("ListAliases", asked);
          seen.push(...Aliases.map(({ AliasName }) => AliasName?.slice("alias/".length) ?? ""));
          if (NextMarker === undefined) break;
          Marker = NextMarker;
          if (step !== undefined) await comeAndGo(step);
        }
        await restore();
        expect(new Set(seen).size).toBe(seen.length);
        const stayed = letters(14).filter((letter) => !touched.has(letter));
        expect(seen.filter((letter) => stayed.includes(letter))).toEqual(stayed);
      }),
      { numRuns: 15 },
    );
  });
});

async function comeAndGo({ removed, added }: { removed: string; added: string }): Promise<void> {
  await kms.call("DeleteAlias", { AliasName: `alias/${removed}` }).catch(() => undefined);
  await name(added).catch(() => undefined);
}

async function restore(): Promise<void> {
  const { Aliases = [] } = await kms.call("ListAliases", { Limit: 100 });
  const now = Aliases.map(({ AliasName }) => AliasName?.slice("alias/".length) ?? "");
  for (const letter of now.filter((one) => !letters(14).includes(one))) {
    await kms.call("DeleteAlias", { AliasName: `alias/${letter}` });
  }
  for (const letter of letters(14).filter((one) => !now.includes(one))) await name(letter);
}

async function threeKeys(options: CallOptions): Promise<void> {
  for (let count = 0; count < 3; count += 1) await kms.newKey({}, options);
}

function listed(
  items: readonly (string | undefined)[] | undefined,
  page: { readonly NextMarker?: string | undefined; readonly Truncated?: boolean | undefined },
): Listed {
  const names = (items ?? []).map((item) => item ?? "");
  return { items: names, next: page.NextMarker, truncated: page.Truncated };
}

function letters(count: number): string[] {
  return Array.from({ length: count }, (_v, index) => String.fromCodePoint(97 + index));
}
