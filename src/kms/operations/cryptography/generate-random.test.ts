import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("GenerateRandom", () => {
  let kms: KmsBench;
  beforeAll(async () => {
    kms = await kmsBench();
  });
  afterAll(async () => await kms.close());

  test.each([1, 32, 1024])("answers with %d bytes and nothing else", async (NumberOfBytes) => {
    const output = await kms.call("GenerateRandom", { NumberOfBytes });
    expect(Object.keys(output)).toEqual(["Plaintext"]);
    expect(output.Plaintext).toHaveLength(NumberOfBytes);
  });

  test("never gives the same bytes twice", async () => {
    const seen = new Set<string>();
    for (let count = 0; count < 50; count += 1) {
      const { Plaintext } = await kms.call("GenerateRandom", { NumberOfBytes: 16 });
      seen.add(Buffer.from(Plaintext ?? []).toString("hex"));
    }
    expect(seen.size).toBe(50);
  });

  test("is on record without a resource and without the bytes", async () => {
    const { Plaintext } = await kms.call("GenerateRandom", { NumberOfBytes: 32 });
    const record = kms.lastRecord();
    expect(record).toMatchObject({ readOnly: true, responseElements: null, resources: [] });
    const line = JSON.stringify(record);
    expect(line).not.toContain(
      Buffer.from(Plaintext ?? [])
        .toString("base64")
        .slice(0, 20),
    );
  });

  test("ValidationException without a number of bytes", async () => {
    expect(await refusal(kms.call("GenerateRandom", {}))).toEqual({
      code: "ValidationException",
      message: "NumberOfBytes is required.",
    });
  });

  test.each([
    [0, "greater than or equal to 1"],
    [1025, "less than or equal to 1024"],
  ])("ValidationException for %d bytes", async (NumberOfBytes, words) => {
    expect(await refusal(kms.call("GenerateRandom", { NumberOfBytes }))).toEqual({
      code: "ValidationException",
      message:
        `1 validation error detected: Value '${NumberOfBytes}' at 'numberOfBytes' failed to ` +
        `satisfy constraint: Member must have value ${words}`,
    });
  });

  test("CustomKeyStoreNotFoundException for a key store that is not there", async () => {
    const CustomKeyStoreId = "cks-1234567890abcdef0";
    const attempt = kms.call("GenerateRandom", { NumberOfBytes: 8, CustomKeyStoreId });
    expect((await refusal(attempt)).code).toBe("CustomKeyStoreNotFoundException");
  });
});
