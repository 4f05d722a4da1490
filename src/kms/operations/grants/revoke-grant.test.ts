import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const GranteePrincipal = "arn:aws:iam::444455556666:root";
const grantee = { accountId: "444455556666" };

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey();
});
afterAll(async () => await kms.close());

async function newGrant(): Promise<string> {
  const { GrantId = "" } = await kms.call("CreateGrant", {
    KeyId,
    GranteePrincipal,
    Operations: ["Encrypt", "RetireGrant"],
  });
  return GrantId;
}

const refused = async (input: { KeyId: string; GrantId: string; DryRun?: boolean }, options = {}) =>
  await refusal(kms.call("RevokeGrant", input, options));

async function mayEncrypt(): Promise<boolean> {
  const asked = { KeyId: kms.arn(KeyId), Plaintext: Buffer.from("x") };
  return await kms.call("Encrypt", asked, grantee).then(
    () => true,
    () => false,
  );
}

describe("RevokeGrant", () => {
  test("ends a grant, with an empty body", async () => {
    const GrantId = await newGrant();
    expect(await mayEncrypt()).toBe(true);
    expect(await kms.call("RevokeGrant", { KeyId: kms.arn(KeyId), GrantId })).toBeUndefined();
    expect(kms.lastRecord()).toMatchObject({
      readOnly: false,
      requestParameters: { keyId: kms.arn(KeyId), grantId: GrantId },
      responseElements: { keyId: kms.arn(KeyId) },
    });
    expect(await mayEncrypt()).toBe(false);
    expect((await kms.call("ListGrants", { KeyId })).Grants).toEqual([]);
  });

  test("is in force for every request that begins after its acknowledgement, 500 times", async () => {
    for (let trial = 0; trial < 500; trial += 1) {
      const GrantId = await newGrant();
      // Requests under way meanwhile keep what is remembered in use.
      const under = [mayEncrypt(), mayEncrypt()];
      const revoked = kms.call("RevokeGrant", { KeyId, GrantId });
      under.push(mayEncrypt());
      await revoked;
      expect([trial, await mayEncrypt()]).toEqual([trial, false]);
      await Promise.all(under);
    }
  });

  test("works for a key in every state", async () => {
    const key = await kms.newKey();
    const asked = { KeyId: key, GranteePrincipal, Operations: ["Decrypt" as const] };
    const { GrantId } = await kms.call("CreateGrant", asked);
    await kms.call("ScheduleKeyDeletion", { KeyId: key });
    expect(await kms.call("RevokeGrant", { KeyId: key, GrantId })).toBeUndefined();
  });

  test("NotFoundException for a grant that is not there, or that another key has", async () => {
    const GrantId = "0".repeat(64);
    const notFound = { code: "NotFoundException", message: `Grant ID ${GrantId} not found` };
    expect(await refused({ KeyId, GrantId })).toEqual(notFound);
    expect(await refused({ KeyId, GrantId, DryRun: true })).toEqual(notFound);
    const other = await kms.newKey();
    expect((await refused({ KeyId: other, GrantId: await newGrant() })).code).toBe(
      "NotFoundException",
    );
  });

  test("InvalidGrantIdException for what is no grant id", async () => {
    expect((await refused({ KeyId, GrantId: "x" })).code).toBe("InvalidGrantIdException");
  });

  test("AccessDeniedException for the grantee: a grant is revoked by who manages the key", async () => {
    const GrantId = await newGrant();
    const input = { KeyId: kms.arn(KeyId), GrantId };
    expect((await refused(input, grantee)).code).toBe("AccessDeniedException");
  });

  test("DryRunOperationException instead of an end", async () => {
    const GrantId = await newGrant();
    expect((await refused({ KeyId, GrantId, DryRun: true })).code).toBe("DryRunOperationException");
    expect((await kms.call("ListGrants", { KeyId, GrantId })).Grants).toHaveLength(1);
  });

  test("NotFoundException for an alias: it takes none", async () => {
    const GrantId = "0".repeat(64);
    expect((await refused({ KeyId: "alias/x", GrantId })).message).toBe("Invalid keyId 'alias/x'");
  });
});
