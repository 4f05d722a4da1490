import { describe, expect, test } from "vitest";
import { runSelfTests, selfTests } from "./self-test.ts";

describe("self-tests", () => {
  test("pass", async () => {
    await expect(runSelfTests()).resolves.toBeUndefined();
  });

  test.each(selfTests)("refuse to go on when the answer of $name differs", async (flipped) => {
    const answer = flipped.answer === "" ? "00" : `${flipped.answer.slice(0, -2)}ee`;
    const compute = async (): Promise<Uint8Array> => await flipped.compute();
    const tests = selfTests.map((each) =>
      each === flipped ? { name: flipped.name, answer, compute } : each,
    );
    await expect(runSelfTests(tests)).rejects.toThrow(`self-test failed: ${flipped.name}`);
  });
});
