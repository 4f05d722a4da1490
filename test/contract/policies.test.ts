import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await startContract();
});
afterAll(async () => await contract.stop());

const root = "arn:aws:iam::111122223333:root";
const allowRoot = { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" };

function policyOf(...Statement: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

describe("key policies", () => {
  test("let the account do everything when none is given", async () => {
    const KeyId = await contract.newKey();
    const { Policy = "", PolicyName } = await answer(contract.kms.getKeyPolicy({ KeyId }));
    expect(PolicyName).toBe("default");
    expect(JSON.parse(Policy)).toEqual({
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [{ Sid: "Enable IAM User Permissions", ...allowRoot }],
    });
  });

  test("are one for each key, named default", async () => {
    const KeyId = await contract.newKey();
    const listed = await answer(contract.kms.listKeyPolicies({ KeyId }));
    expect(listed).toEqual({ PolicyNames: ["default"], Truncated: false });
  });

  test("decide from the next call on", async () => {
    const KeyId = await contract.newKey();
    const deny = { Effect: "Deny", Principal: "*", Action: "kms:Encrypt", Resource: "*" };
    const Policy = policyOf(allowRoot, deny);
    expect(await answer(contract.kms.putKeyPolicy({ KeyId, Policy }))).toEqual({});
    expect((await contract.kms.getKeyPolicy({ KeyId })).Policy).toBe(Policy);
    const attempt = contract.kms.encrypt({ KeyId, Plaintext: Buffer.from("x") });
    expect(await refusal(attempt)).toEqual({
      name: "AccessDeniedException",
      message:
        `User: ${root} is not authorized to perform: kms:Encrypt on resource: ` +
        `${contract.arn(`key/${KeyId}`)} with an explicit deny in a resource-based policy`,
      status: 400,
    });
  });

  test("are given to CreateKey, and deny what they do not allow", async () => {
    const allowed = { ...allowRoot, Action: ["kms:PutKeyPolicy", "kms:DescribeKey"] };
    const KeyId = await contract.newKey({ Policy: policyOf(allowed) });
    await contract.kms.describeKey({ KeyId });
    const attempt = contract.kms.generateDataKey({ KeyId, KeySpec: "AES_256" });
    expect(await refusal(attempt)).toEqual({
      name: "AccessDeniedException",
      message:
        `User: ${root} is not authorized to perform: kms:GenerateDataKey on resource: ` +
        `${contract.arn(`key/${KeyId}`)} because no resource-based policy allows the ` +
        "kms:GenerateDataKey action",
      status: 400,
    });
  });

  test("may ask for an encryption context", async () => {
    const Condition = { StringEquals: { "kms:EncryptionContext:tenant": "7" } };
    const admin = { ...allowRoot, Action: "kms:PutKeyPolicy" };
    const tenant = { ...allowRoot, Action: "kms:Encrypt", Condition };
    const KeyId = await contract.newKey({ Policy: policyOf(admin, tenant) });
    const input = { KeyId, Plaintext: Buffer.from("x") };
    await contract.kms.encrypt({ ...input, EncryptionContext: { tenant: "7" } });
    const others = [undefined, { tenant: "8" }];
    for (const EncryptionContext of others) {
      const refused = await refusal(contract.kms.encrypt({ ...input, EncryptionContext }));
      expect(refused.name).toBe("AccessDeniedException");
    }
  });

  test("speak of the ciphertext where only that names the key", async () => {
    const KeyId = await contract.newKey();
    const { CiphertextBlob } = await contract.kms.encrypt({ KeyId, Plaintext: Buffer.from("x") });
    const Policy = policyOf({ ...allowRoot, Action: "kms:PutKeyPolicy" });
    await contract.kms.putKeyPolicy({ KeyId, Policy });
    const refused = await refusal(contract.kms.decrypt({ CiphertextBlob }));
    expect(refused.name).toBe("AccessDeniedException");
    expect(refused.message).toContain("on the resource associated with this ciphertext");
    expect(refused.message).not.toContain(KeyId);
  });

  test("MalformedPolicyDocumentException for one that locks its author out", async () => {
    const KeyId = await contract.newKey();
    const Policy = policyOf({ ...allowRoot, Action: "kms:Encrypt" });
    const refused = {
      name: "MalformedPolicyDocumentException",
      message: "The new key policy will not allow you to update the key policy in the future.",
      status: 400,
    };
    expect(await refusal(contract.kms.putKeyPolicy({ KeyId, Policy }))).toEqual(refused);
    expect(await refusal(contract.kms.createKey({ Policy }))).toEqual(refused);
    await contract.kms.createKey({ Policy, BypassPolicyLockoutSafetyCheck: true });
  });

  test.each(["not JSON", "{}", "[]", policyOf({ Effect: "Maybe" })])(
    "MalformedPolicyDocumentException for %s",
    async (Policy) => {
      const refused = await refusal(contract.kms.createKey({ Policy }));
      expect(refused).toMatchObject({ name: "MalformedPolicyDocumentException", status: 400 });
    },
  );

  test("MalformedPolicyDocumentException for a principal that does not exist", async () => {
    const nobody = { ...allowRoot, Principal: { AWS: "AIDAEXAMPLEEXAMPLEEXA" } };
    const attempt = contract.kms.createKey({ Policy: policyOf(allowRoot, nobody) });
    expect((await refusal(attempt)).message).toBe(
      "Policy contains a statement with one or more invalid principals.",
    );
  });

  test("NotFoundException for a policy of another name", async () => {
    const KeyId = await contract.newKey();
    const attempt = contract.kms.getKeyPolicy({ KeyId, PolicyName: "other" });
    expect(await refusal(attempt)).toEqual({
      name: "NotFoundException",
      message: "No such policy exists",
      status: 400,
    });
  });
});
