import { paginateListAliases } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answer, type Contract, noMessage, refusal, startContract } from "./contract.ts";

let contract: Contract;
let KeyId: string;
beforeAll(async () => {
  contract = await startContract();
  KeyId = await contract.newKey();
});
afterAll(async () => await contract.stop());

let names = 0;
async function newAlias(TargetKeyId = KeyId): Promise<string> {
  names += 1;
  const AliasName = `alias/number-${names}`;
  expect(await answer(contract.kms.createAlias({ AliasName, TargetKeyId }))).toEqual({});
  return AliasName;
}

describe("aliases", () => {
  test("are listed with their key and their dates", async () => {
    const own = await contract.newKey();
    const AliasName = await newAlias(own);
    const listed = await answer(contract.kms.listAliases({ KeyId: own }));
    expect(listed).toEqual({
      Aliases: [
        {
          AliasName,
          AliasArn: contract.arn(AliasName),
          TargetKeyId: own,
          CreationDate: expect.any(Date) as unknown,
          LastUpdatedDate: expect.any(Date) as unknown,
        },
      ],
      Truncated: false,
    });
  });

  test("are paged by name, each exactly once", async () => {
    const own = await contract.newKey();
    const made: string[] = [];
    for (let count = 0; count < 5; count += 1) made.push(await newAlias(own));
    const listed: string[] = [];
    const paginator = paginateListAliases({ client: contract.kms, pageSize: 2 }, { KeyId: own });
    for await (const { Aliases } of paginator) {
      listed.push(...(Aliases ?? []).map(({ AliasName }) => AliasName ?? ""));
    }
    expect(listed).toEqual(made.toSorted());
  });

  test("move to another key: what is encrypted through them from then on is the other's", async () => {
    const other = await contract.newKey();
    const AliasName = await newAlias();
    expect(await answer(contract.kms.updateAlias({ AliasName, TargetKeyId: other }))).toEqual({});
    const sealed = await contract.kms.encrypt({ KeyId: AliasName, Plaintext: Buffer.from("x") });
    expect(sealed.KeyId).toBe(contract.arn(`key/${other}`));
  });

  test("are gone at once when they are deleted", async () => {
    const AliasName = await newAlias();
    expect(await answer(contract.kms.deleteAlias({ AliasName }))).toEqual({});
    const attempt = contract.kms.encrypt({ KeyId: AliasName, Plaintext: Buffer.from("x") });
    expect(await refusal(attempt)).toEqual({
      name: "NotFoundException",
      message: `Alias ${contract.arn(AliasName)} is not found.`,
      status: 400,
    });
  });

  test("AlreadyExistsException for a name that is taken, by the same key, too", async () => {
    const AliasName = await newAlias();
    const attempt = contract.kms.createAlias({ AliasName, TargetKeyId: KeyId });
    expect(await refusal(attempt)).toEqual({
      name: "AlreadyExistsException",
      message: `An alias with the name ${contract.arn(AliasName)} already exists`,
      status: 400,
    });
  });

  test("NotAuthorizedException for a name that is AWS's", async () => {
    const AliasName = "alias/aws/mine";
    const refused = { name: "NotAuthorizedException", message: noMessage, status: 400 };
    for (const attempt of [
      contract.kms.createAlias({ AliasName, TargetKeyId: KeyId }),
      contract.kms.updateAlias({ AliasName, TargetKeyId: KeyId }),
      contract.kms.deleteAlias({ AliasName }),
    ]) {
      expect(await refusal(attempt)).toEqual(refused);
    }
  });

  test("ValidationException for a name without its prefix", async () => {
    const attempt = contract.kms.createAlias({ AliasName: "mine", TargetKeyId: KeyId });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message:
        'Alias must start with the prefix "alias/". Please see ' +
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
      status: 400,
    });
  });

  test("ValidationException for characters that no name has", async () => {
    const attempt = contract.kms.createAlias({ AliasName: "alias/a b", TargetKeyId: KeyId });
    expect(await refusal(attempt)).toEqual({
      name: "ValidationException",
      message:
        "1 validation error detected: Value 'alias/a b' at 'aliasName' failed to satisfy " +
        "constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
      status: 400,
    });
  });

  test("ValidationException for an alias as target", async () => {
    const TargetKeyId = await newAlias();
    const attempt = contract.kms.createAlias({ AliasName: "alias/of-alias", TargetKeyId });
    expect((await refusal(attempt)).message).toBe("Aliases must refer to keys. Not aliases");
  });

  test("NotFoundException for an alias that is not there", async () => {
    const AliasName = "alias/not-there";
    const refused = {
      name: "NotFoundException",
      message: `Alias ${contract.arn(AliasName)} is not found.`,
      status: 400,
    };
    expect(await refusal(contract.kms.deleteAlias({ AliasName }))).toEqual(refused);
    const update = contract.kms.updateAlias({ AliasName, TargetKeyId: KeyId });
    expect(await refusal(update)).toEqual(refused);
  });

  test("KMSInvalidStateException for a key that is pending deletion", async () => {
    const TargetKeyId = await contract.newKey();
    await contract.kms.scheduleKeyDeletion({ KeyId: TargetKeyId });
    const attempt = contract.kms.createAlias({ AliasName: "alias/too-late", TargetKeyId });
    expect((await refusal(attempt)).name).toBe("KMSInvalidStateException");
  });
});
