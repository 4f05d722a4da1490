/** The cases of npm run conformance, against a server of the tests' own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Keyhaven, startKeyhaven } from "../../src/testing.ts";
import { allCases } from "../../tools/conformance/all-cases.ts";
import { answers, type Case, refuses } from "../../tools/conformance/case.ts";
import { asJson, table, totals } from "../../tools/conformance/report.ts";
import { runCase, runCases } from "../../tools/conformance/run-cases.ts";
import { World } from "../../tools/conformance/world.ts";

let keyhaven: Keyhaven;
let world: World;
beforeAll(async () => {
  keyhaven = await startKeyhaven();
  world = new World(keyhaven.clientConfig);
});
afterAll(async () => {
  await world.close();
  await keyhaven.stop();
});

const titled = allCases.map((each) => [each.operation, each.title, each] as const);

test.each(titled)("%s, %s", async (_operation, _title, each) => {
  const { outcome, got, due } = await runCase(each, world);
  expect(outcome === "passed" ? undefined : { got, due }).toBeUndefined();
});

test("no two cases have the same name", () => {
  const names = titled.map(([operation, title]) => `${operation}, ${title}`);
  expect(new Set(names).size).toBe(names.length);
});

const random = async ({ kms }: World) => await kms.generateRandom({ NumberOfBytes: 4 });
const refused = async ({ kms }: World) => await kms.generateRandom({});

describe("the runner tells", () => {
  test.each<[string, Case, string]>([
    ["the members due", answers("GenerateRandom", "a", "Plaintext", random), "passed"],
    ["a member too many", answers("GenerateRandom", "a", "", random), "failed"],
    ["a member missing", answers("GenerateRandom", "a", "KeyId Plaintext", random), "failed"],
    ["a refusal in place of an answer", answers("GenerateRandom", "a", "", refused), "failed"],
    ["an answer in place of a refusal", refuses("GenerateRandom", "a", "X", random), "failed"],
    ["another code", refuses("GenerateRandom", "a", "X", refused), "failed"],
    [
      "other words",
      refuses("GenerateRandom", "a", { code: "ValidationException", message: "x" }, refused),
      "failed",
    ],
    [
      "words where there are to be none",
      refuses("GenerateRandom", "a", { code: "ValidationException", message: "" }, refused),
      "failed",
    ],
    ["the code due", refuses("GenerateRandom", "a", "ValidationException", refused), "passed"],
  ])("%s", async (_what, each, outcome) => {
    expect(await runCase(each, world)).toMatchObject({ outcome });
  });

  test("how many of each operation passed, as a table and as JSON", async () => {
    const cases = [
      answers("GenerateRandom", "sound", "Plaintext", random),
      answers("GenerateRandom", "wrong", "KeyId", random),
    ];
    const results = await runCases(cases, world);
    expect(totals(results)).toEqual({ passed: 1, unsupported: 0, failed: 1 });
    expect(table(results)).toMatch(/GenerateRandom +1 +- +1\n/);
    expect(table(results)).toContain(
      "failed: GenerateRandom, wrong\n  due: KeyId\n  got: Plaintext",
    );
    const json = JSON.parse(asJson("http://there", results)) as { readonly totals: unknown };
    expect(json).toMatchObject({ endpoint: "http://there", results: [{}, { due: "KeyId" }] });
    expect(json.totals).toEqual(totals(results));
  });
});
