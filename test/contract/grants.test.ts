import { type CreateGrantCommandInput, KMS, paginateListGrants } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

const GranteePrincipal = "arn:aws:iam::444455556666:root";
const Plaintext = Buffer.from("x");

let contract: Contract;
/** The same server, as another account sees it. */
let grantee: KMS;
let KeyId: string;
beforeAll(async () => {
  contract = await startContract();
  const credentials = { ...contract.keyhaven.credentials, accessKeyId: "444455556666" };
  grantee = new KMS({ ...contract.keyhaven.clientConfig, credentials, maxAttempts: 1 });
  KeyId = contract.arn(`key/${await contract.newKey()}`);
});
afterAll(async () => {
  grantee.destroy();
  await contract.stop();
});

async function newGrant(input: Partial<CreateGrantCommandInput> = {}) {
  const asked = { KeyId, GranteePrincipal, Operations: ["Encrypt" as const], ...input };
  const { GrantId = "", GrantToken = "" } = await answer(contract.kms.createGrant(asked));
  return { GrantId, GrantToken };
}

const denied = (action: string) => ({
  name: "AccessDeniedException",
  message:
    `User: ${GranteePrincipal} is not authorized to perform: kms:${action} on this resource ` +
    "because the resource does not exist in this Region, no resource-based policies allow " +
    "access, or a resource-based policy explicitly denies access",
  status: 400,
});

describe("a grant to another account", () => {
  test("lets it use the key from the acknowledgement of CreateGrant to that of RevokeGrant", async () => {
    const encrypt = async () => await grantee.encrypt({ KeyId, Plaintext });
    expect(await refusal(encrypt())).toEqual(denied("Encrypt"));
    const { GrantId } = await newGrant({ Operations: ["Encrypt", "Decrypt"] });
    const { CiphertextBlob } = await answer(encrypt());
    expect((await answer(grantee.decrypt({ CiphertextBlob }))).KeyId).toBe(KeyId);
    expect(await answer(contract.kms.revokeGrant({ KeyId, GrantId }))).toEqual({});
    expect(await refusal(encrypt())).toEqual(denied("Encrypt"));
    expect(await refusal(grantee.decrypt({ CiphertextBlob }))).toEqual(denied("Decrypt"));
  });

  test("holds it to the encryption context", async () => {
    const Constraints = { EncryptionContextSubset: { Department: "IT" } };
    const { GrantId } = await newGrant({ Constraints });
    const EncryptionContext = { Department: "IT", Purpose: "test" };
    const sealed = await answer(grantee.encrypt({ KeyId, Plaintext, EncryptionContext }));
    expect(sealed.KeyId).toBe(KeyId);
    expect(await refusal(grantee.encrypt({ KeyId, Plaintext }))).toEqual(denied("Encrypt"));
    await contract.kms.revokeGrant({ KeyId, GrantId });
  });

  test("is retired by the grantee, by its token or its id", async () => {
    const Operations: CreateGrantCommandInput["Operations"] = ["DescribeKey", "RetireGrant"];
    const { GrantToken } = await newGrant({ Operations });
    expect(await answer(grantee.retireGrant({ GrantToken }))).toEqual({});
    const { GrantId } = await newGrant({ Operations });
    expect(await answer(grantee.retireGrant({ KeyId, GrantId }))).toEqual({});
    expect(await refusal(grantee.describeKey({ KeyId }))).toEqual(denied("DescribeKey"));
    expect(await refusal(contract.kms.retireGrant({ GrantToken }))).toMatchObject({
      name: "NotFoundException",
    });
  });

  test("is listed for whoever may retire it", async () => {
    const { GrantId } = await newGrant({ RetiringPrincipal: GranteePrincipal });
    const { Grants, Truncated } = await answer(
      grantee.listRetirableGrants({ RetiringPrincipal: GranteePrincipal }),
    );
    expect(Grants).toMatchObject([{ GrantId, KeyId, RetiringPrincipal: GranteePrincipal }]);
    expect(Truncated).toBe(false);
    const other = contract.kms.listRetirableGrants({ RetiringPrincipal: GranteePrincipal });
    expect((await refusal(other)).name).toBe("AccessDeniedException");
    await contract.kms.revokeGrant({ KeyId, GrantId });
  });
});

describe("grants", () => {
  test("are listed as they were asked for", async () => {
    const Name = "listed";
    const Constraints = { EncryptionContextEquals: { Department: "IT" } };
    const { GrantId } = await newGrant({ Name, Constraints });
    expect(await answer(contract.kms.listGrants({ KeyId, GrantId }))).toEqual({
      Grants: [
        {
          KeyId,
          GrantId,
          Name,
          CreationDate: expect.any(Date) as unknown,
          GranteePrincipal,
          IssuingAccount: "arn:aws:iam::111122223333:root",
          Operations: ["Encrypt"],
          Constraints,
        },
      ],
      Truncated: false,
    });
    const again = await newGrant({ Name, Constraints });
    expect(again.GrantId).toBe(GrantId);
  });

  test("are paged, each exactly once", async () => {
    const own = await contract.newKey();
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push((await newGrant({ KeyId: own })).GrantId);
    const listed: string[] = [];
    const pages = paginateListGrants({ client: contract.kms, pageSize: 2 }, { KeyId: own });
    for await (const { Grants } of pages) {
      listed.push(...(Grants ?? []).map(({ GrantId }) => GrantId ?? ""));
    }
    expect(listed).toEqual(made.toSorted());
  });

  test("ValidationException for an operation that the key does not have", async () => {
    const attempt = newGrant({ Operations: ["Sign"] });
    expect(await refusal(attempt)).toMatchObject({ name: "ValidationException", status: 400 });
  });

  test("InvalidArnException for a grantee that is no principal", async () => {
    const attempt = newGrant({ GranteePrincipal: "nobody" });
    expect(await refusal(attempt)).toMatchObject({ name: "InvalidArnException", status: 400 });
  });

  test("InvalidGrantTokenException for a token that is not genuine", async () => {
    const attempt = contract.kms.encrypt({ KeyId, Plaintext, GrantTokens: ["forged"] });
    expect(await refusal(attempt)).toMatchObject({
      name: "InvalidGrantTokenException",
      status: 400,
    });
  });

  test("NotFoundException and InvalidGrantIdException for a grant id that is not there, or none", async () => {
    const GrantId = "0".repeat(64);
    expect(await refusal(contract.kms.revokeGrant({ KeyId, GrantId }))).toEqual({
      name: "NotFoundException",
      message: `Grant ID ${GrantId} not found`,
      status: 400,
    });
    const malformed = contract.kms.revokeGrant({ KeyId, GrantId: "x" });
    expect((await refusal(malformed)).name).toBe("InvalidGrantIdException");
  });
});

describe("a key policy that lets another account in", () => {
  test("is enough for its root to use the key, and for no more", async () => {
    const Statement = ["arn:aws:iam::111122223333:root", GranteePrincipal].map((AWS) => ({
      Effect: "Allow",
      Principal: { AWS },
      Action: "kms:*",
      Resource: "*",
    }));
    const open = contract.arn(
      `key/${await contract.newKey({ Policy: JSON.stringify({ Statement }) })}`,
    );
    expect((await answer(grantee.encrypt({ KeyId: open, Plaintext }))).KeyId).toBe(open);
    expect(await refusal(grantee.disableKey({ KeyId: open }))).toEqual(denied("DisableKey"));
    expect(await refusal(grantee.getKeyPolicy({ KeyId: open }))).toEqual(denied("GetKeyPolicy"));
  });
});
