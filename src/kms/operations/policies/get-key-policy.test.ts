import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
});
afterAll(async () => await kms.close());

describe("GetKeyPolicy", () => {
  test("answers with the policy and its name, asked for by name or not", async () => {
    const unnamed = await kms.call("GetKeyPolicy", { KeyId });
    expect(unnamed).toEqual({
      Policy: expect.stringContaining('"Action" : "kms:*"') as unknown,
      PolicyName: "default",
    });
    expect(await kms.call("GetKeyPolicy", { KeyId, PolicyName: "default" })).toEqual(unnamed);
  });

  test("is on record as it was asked", async () => {
    await kms.call("GetKeyPolicy", { KeyId, PolicyName: "default" });
    expect(kms.lastRecord()).toMatchObject({ readOnly: true, responseElements: null });
    expect(kms.lastRecord()["requestParameters"]).toEqual({ keyId: KeyId, policyName: "default" });
    await kms.call("GetKeyPolicy", { KeyId });
    expect(kms.lastRecord()["requestParameters"]).toEqual({ keyId: KeyId });
  });

  test("NotFoundException for a policy of another name", async () => {
    expect(await refusal(kms.call("GetKeyPolicy", { KeyId, PolicyName: "other" }))).toEqual({
      code: "NotFoundException",
      message: "No such policy exists",
    });
  });
});
