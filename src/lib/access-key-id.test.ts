import * as fc from "fast-check";
import { expect, test } from "vitest";
import { accountOfAccessKeyId, createAccessKeyId } from "./access-key-id.ts";

const accountIds = fc
  .integer({ min: 0, max: 999_999_999_999 })
  .map((account) => String(account).padStart(12, "0"));

test("the account of a real id is found", () => {
  expect(accountOfAccessKeyId("ASIAY34FZKBOKMUTVV7A")).toBe("609629065308");
});

test("an id has the form of AWS's and gives its account back", () => {
  fc.assert(
    fc.property(accountIds, (accountId) => {
      const accessKeyId = createAccessKeyId(accountId);
      expect(accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(accountOfAccessKeyId(accessKeyId)).toBe(accountId);
    }),
  );
});

test("two ids of one account differ", () => {
  const ids = Array.from({ length: 1_000 }, () => createAccessKeyId("111122223333"));
  expect(new Set(ids).size).toBe(1_000);
});

test.each(["11112222333", "1111222233334", "11112222333a", ""])(
  "'%s' is no account id to make one for",
  (accountId) => expect(() => createAccessKeyId(accountId)).toThrow("12 digits"),
);

test.each([
  ["too short", "AKIAY34FZKBOKMUTVV7"],
  ["too long", "AKIAY34FZKBOKMUTVV7AA"],
  ["of another kind", "AIDAY34FZKBOKMUTVV7A"],
  ["of another alphabet", "AKIAY34FZKBOKMUTVV71"],
  ["without the leading bit", "AKIAIOSFODNN7EXAMPLE"],
  ["beyond twelve digits", "AKIA7777777777777777"],
])("an id %s names no account", (_, accessKeyId) => {
  expect(accountOfAccessKeyId(accessKeyId)).toBeUndefined();
});
