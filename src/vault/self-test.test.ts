import { describe, expect, test } from "vitest";
import { runSelfTests, selfTests } from "./self-test.ts";

describe("self-tests", () => {
  test("pass", () => {
    expect(() => runSelfTests()).not.toThrow();
  });

  test.each(selfTests)("refuse to go on when the answer of $name differs", (flipped) => {
    const answer = flipped.answer === "" ? "00" : `${flipped.answer.slice(0, -2)}ee`;
    const compute = (): Uint8Array => flipped.compute();
    const tests = selfTests.map((each) =>
      each === flipped ? { name: flipped.name, answer, compute } : each,
    );
    expect(() => runSelfTests(tests)).toThrow(`self-test failed: ${flipped.name}`);
  });
});
