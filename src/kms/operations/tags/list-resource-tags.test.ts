import { describe, expect, test } from "vitest";
import { kmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

describe("ListResourceTags", () => {
  test("answers a key without tags with an empty list, and is on record as a read", async () => {
    const kms = await kmsBench();
    const KeyId = await kms.newKey();
    const output = await kms.call("ListResourceTags", { KeyId });
    expect(output).toEqual({ Tags: [], Truncated: false });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: true,
      requestParameters: { keyId: KeyId },
      responseElements: null,
      resources: [{ ARN: kms.arn(KeyId) }],
    });
    expect((await refusal(kms.call("ListResourceTags", { KeyId, Limit: 51 }))).message).toMatch(
      /at 'limit' .* less than or equal to 50$/,
    );
    await kms.close();
  });
});
