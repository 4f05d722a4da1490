import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

describe("ListKeyPolicies", () => {
  test("answers with the one policy that every key has, and is on record as a read", async () => {
    const KeyId = await kms.newKey();
    const output = await kms.call("ListKeyPolicies", { KeyId, Limit: 1 });
    expect(output).toEqual({ PolicyNames: ["default"], Truncated: false });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId, limit: 1 },
      responseElements: null,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });
});
