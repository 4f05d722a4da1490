/** Reads the test vectors of project Wycheproof, where these lie beside the project. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

const directory = path.resolve(import.meta.dirname, "../../../shared/vectors/wycheproof");

export interface Case {
  readonly tcId: number;
  readonly result: "valid" | "invalid" | "acceptable";
  readonly flags: readonly string[];
}

/** A group's own members with its cases. All are hexadecimal unless they say otherwise. */
export type Group<Own, Test> = Own & { readonly tests: readonly (Case & Test)[] };

/** Whether the vectors are there; where they are not, tests that need them are skipped. */
export const isPresent = existsSync(directory);

/** The groups of one file. */
export function groupsOf<Own, Test>(name: string): readonly Group<Own, Test>[] {
  const plain = path.join(directory, `${name}_test.json`);
  const bytes = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
  const file = JSON.parse(bytes.toString("utf8")) as { testGroups: readonly Group<Own, Test>[] };
  return file.testGroups;
}

export function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

/** The bridge to OpenSSL refuses more than 256 calls at once, which the vault stays below. */
const atOnce = 128;

/**
 * The tcIds for which `accepts` does not say what the vectors say. An acceptable case may
 * be accepted or not: what it counts as here is the caller's to decide.
 */
export async function disagreements<Test extends Case>(
  cases: readonly Test[],
  accepts: (test: Test) => boolean | Promise<boolean>,
  acceptable: (test: Test) => boolean = () => false,
): Promise<number[]> {
  const accepted: boolean[] = [];
  for (let next = 0; next < cases.length; next += atOnce) {
    const some = cases.slice(next, next + atOnce).map(async (test) => await accepts(test));
    accepted.push(...(await Promise.all(some)));
  }
  const wrong = cases.filter((test, index) => {
    const expected = test.result === "acceptable" ? acceptable(test) : test.result === "valid";
    return accepted[index] !== expected;
  });
  return wrong.map(({ tcId }) => tcId);
}
