import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const root = { AWS: "arn:aws:iam::111122223333:root" };
const allow = { Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" };

function policy(...Statement: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

describe("PutKeyPolicy", () => {
  let kms: KmsBench;
  let KeyId: string;
  beforeAll(async () => {
    kms = await kmsBench();
    KeyId = await kms.newKey();
  });
  afterAll(async () => await kms.close());

  test("replaces the policy, with an empty body, and GetKeyPolicy returns it as it was sent", async () => {
    const Policy = `  ${policy(allow)}\n`;
    expect(await kms.call("PutKeyPolicy", { KeyId, Policy })).toBeUndefined();
    expect(await kms.call("GetKeyPolicy", { KeyId })).toEqual({ Policy, PolicyName: "default" });
  });

  test("applies to the very next call", async () => {
    const deny = { Effect: "Deny", Principal: "*", Action: "kms:Encrypt", Resource: "*" };
    await kms.call("PutKeyPolicy", { KeyId, Policy: policy(allow, deny) });
    const attempt = kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
    expect((await refusal(attempt)).code).toBe("AccessDeniedException");
    await kms.call("PutKeyPolicy", { KeyId, Policy: policy(allow) });
    await kms.call("Encrypt", { KeyId, Plaintext: Buffer.from("x") });
  });

  test("is on record with the whole policy", async () => {
    const Policy = policy(allow);
    await kms.call("PutKeyPolicy", { KeyId, PolicyName: "default", Policy });
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: {
        keyId: KeyId,
        policyName: "default",
        policy: Policy,
        bypassPolicyLockoutSafetyCheck: false,
      },
      responseElements: { keyId: kms.arn(KeyId) },
      resources: [{ ARN: kms.arn(KeyId) }],
    });
  });

  test("UnsupportedOperationException for a policy of another name", async () => {
    const input = { KeyId, PolicyName: "other", Policy: policy(allow) };
    expect((await refusal(kms.call("PutKeyPolicy", input))).code).toBe(
      "UnsupportedOperationException",
    );
  });

  const lockedOut = {
    code: "MalformedPolicyDocumentException",
    message: "The new key policy will not allow you to update the key policy in the future.",
  };
  test.each([
    ["allows it nobody", policy({ ...allow, Action: "kms:Encrypt" })],
    ["allows it another account", policy({ ...allow, Principal: { AWS: "444455556666" } })],
    [
      "denies it",
      policy(allow, { Effect: "Deny", Principal: "*", Action: "kms:Put*", Resource: "*" }),
    ],
    [
      "allows it elsewhere",
      policy({ ...allow, Condition: { IpAddress: { "aws:SourceIp": "198.51.100.0/24" } } }),
    ],
  ])("MalformedPolicyDocumentException for a policy that %s", async (_what, Policy) => {
    expect(await refusal(kms.call("PutKeyPolicy", { KeyId, Policy }))).toEqual(lockedOut);
  });

  test("takes such a policy when the check is bypassed, and it holds", async () => {
    const lost = await kms.newKey();
    const Policy = policy({ ...allow, Action: "kms:DescribeKey" });
    const bypass = { KeyId: lost, Policy, BypassPolicyLockoutSafetyCheck: true };
    await kms.call("PutKeyPolicy", bypass);
    expect(await refusal(kms.call("PutKeyPolicy", bypass))).toEqual({
      code: "AccessDeniedException",
      message:
        "User: arn:aws:iam::111122223333:root is not authorized to perform: kms:PutKeyPolicy " +
        `on resource: ${kms.arn(lost)} because no resource-based policy allows the ` +
        "kms:PutKeyPolicy action",
    });
  });

  test("MalformedPolicyDocumentException for a principal that does not exist", async () => {
    const Policy = policy(allow, { ...allow, Principal: { AWS: "AIDAEXAMPLEEXAMPLEEXA" } });
    expect(await refusal(kms.call("PutKeyPolicy", { KeyId, Policy }))).toEqual({
      code: "MalformedPolicyDocumentException",
      message: "Policy contains a statement with one or more invalid principals.",
    });
  });

  test("ValidationException for characters that a policy may not have", async () => {
    const Policy = policy({ ...allow, Sid: "\u0100" });
    const { code, message } = await refusal(kms.call("PutKeyPolicy", { KeyId, Policy }));
    expect(code).toBe("ValidationException");
    expect(message).toMatch(
      /at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\\u0009\\u000A\\u000D\\u0020-\\u00FF\]\+$/,
    );
  });

  test("LimitExceededException for more than 32 KB", async () => {
    const Policy = policy(allow) + " ".repeat(32_768);
    expect((await refusal(kms.call("PutKeyPolicy", { KeyId, Policy }))).code).toBe(
      "LimitExceededException",
    );
  });

  test("leaves the policy as it was when it refuses one", async () => {
    const before = await kms.call("GetKeyPolicy", { KeyId });
    await refusal(kms.call("PutKeyPolicy", { KeyId, Policy: "{}" }));
    expect(await kms.call("GetKeyPolicy", { KeyId })).toEqual(before);
  });
});
