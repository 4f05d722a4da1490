import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nameAt } from "./json-names.ts";

test("a name is what its bytes say, whatever was read before", () => {
  const name = fc.oneof(
    // Few letters, so that many names of one length differ in the middle only.
    fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 }),
    fc.string({ unit: "binary-ascii", maxLength: 80 }),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 50 }), (names) => {
      for (const each of names) {
        const bytes = Buffer.from(`"${each}"`, "latin1");
        expect(nameAt(bytes, 1, bytes.length - 1)).toBe(each);
      }
    }),
    { numRuns: 500, seed: 20_261_124 },
  );
});
