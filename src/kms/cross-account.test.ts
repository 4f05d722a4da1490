/** Use of a key across accounts: which operations, on whose word, and what is on record. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench, type TrailRecord } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { OperationName } from "./contract.ts";
import { crossAccountOperations } from "./cross-account.ts";
import { operations } from "./operations.ts";

const owner = "111122223333";
const user = { accountId: "444455556666" };
const stranger = { accountId: "777788889999" };
const Plaintext = Buffer.from("x");
const unknownId = "00000000-0000-4000-8000-000000000000";
const rootOf = (accountId: string) => `arn:aws:iam::${accountId}:root`;

let kms: KmsBench;
/** Open to the other account without limits. */
let open: string;
let CiphertextBlob: Uint8Array | undefined;
beforeAll(async () => {
  kms = await kmsBench();
  open = await keyFor({ AWS: [rootOf(owner), rootOf(user.accountId)] });
  await kms.call("CreateAlias", { AliasName: "alias/open", TargetKeyId: open });
  ({ CiphertextBlob } = await kms.call("Encrypt", { KeyId: open, Plaintext }));
});
afterAll(async () => await kms.close());

async function keyFor(Principal: unknown, input: JsonObject = {}): Promise<string> {
  const Statement = [
    { Effect: "Allow", Principal: { AWS: rootOf(owner) }, Action: "kms:*", Resource: "*" },
    { Effect: "Allow", Principal, Action: "kms:*", Resource: "*" },
  ];
  return await kms.newKey({ Policy: JSON.stringify({ Statement }), ...input });
}

/** The records of the last call, which share its request id. */
function lastCall(): readonly TrailRecord[] {
  const { requestID } = kms.lastRecord();
  return kms.records.filter((record) => record["requestID"] === requestID);
}

const denied = (action: string, { accountId } = user) => ({
  code: "AccessDeniedException",
  message:
    `User: ${rootOf(accountId)} is not authorized to perform: kms:${action} on this resource ` +
    "because the resource does not exist in this Region, no resource-based policies allow " +
    "access, or a resource-based policy explicitly denies access",
});

const modelPath = path.resolve(import.meta.dirname, "../../../shared/reference/kms-model.json");

test.skipIf(!existsSync(modelPath))("the operations are those of the service model", () => {
  const model = JSON.parse(readFileSync(modelPath, "utf8")) as {
    readonly operations: Readonly<Record<string, { readonly crossAccount: boolean }>>;
  };
  const theirs = Object.keys(model.operations).filter(
    (name) => model.operations[name]?.crossAccount === true,
  );
  expect([...crossAccountOperations].toSorted()).toEqual(theirs.toSorted());
});

describe("a key that is open to another account", () => {
  const usable: readonly (readonly [OperationName, JsonObject])[] = [
    ["Encrypt", { Plaintext }],
    ["GenerateDataKey", { KeySpec: "AES_256" }],
    ["GenerateDataKeyWithoutPlaintext", { KeySpec: "AES_256" }],
    ["GenerateDataKeyPair", { KeyPairSpec: "ECC_NIST_P256" }],
    ["GenerateDataKeyPairWithoutPlaintext", { KeyPairSpec: "ECC_NIST_P256" }],
    ["DescribeKey", {}],
    ["GetKeyRotationStatus", {}],
    ["ListGrants", {}],
    ["CreateGrant", { GranteePrincipal: rootOf(stranger.accountId), Operations: ["DescribeKey"] }],
  ];
  test.each(usable)("is usable by %s", async (name, input) => {
    await kms.send(name, { KeyId: kms.arn(open), ...input }, user);
    expect(kms.lastRecord()["resources"]).toEqual([
      { accountId: owner, type: "AWS::KMS::Key", ARN: kms.arn(open) },
    ]);
  });

  const others = (Object.keys(operations) as OperationName[]).filter((name) => {
    const operation = operations[name];
    return "uses" in operation && !crossAccountOperations.has(name);
  });
  /** What each asks for beside its key, and how it names that. */
  const asked: Readonly<Record<string, JsonObject>> = {
    CreateAlias: { AliasName: "alias/x" },
    UpdateAlias: { AliasName: "alias/mine" },
    PutKeyPolicy: { Policy: "{}" },
    TagResource: { Tags: [] },
    UntagResource: { TagKeys: [] },
    UpdateKeyDescription: { Description: "" },
  };
  test.each(others.filter((name) => !/Alias$|Region|Replicate|Import/.test(name)))(
    "is not by %s, whatever its policy says",
    async (name) => {
      const input = { KeyId: kms.arn(open), ...asked[name] };
      expect(await refusal(kms.send(name, input, user))).toEqual(denied(name));
      expect(await refusal(kms.send(name, { ...input, KeyId: kms.arn(unknownId) }, user))).toEqual(
        denied(name),
      );
    },
  );

  test("is not by ListAliases, nor a target of another account's alias", async () => {
    const KeyId = kms.arn(open);
    expect(await refusal(kms.call("ListAliases", { KeyId }, user))).toEqual(denied("ListAliases"));
    const alias = { AliasName: "alias/theirs", TargetKeyId: KeyId };
    expect(await refusal(kms.call("CreateAlias", alias, user))).toEqual(denied("CreateAlias"));
  });

  test("is found by its alias ARN, and only where an alias will do", async () => {
    const alias = `arn:aws:kms:eu-west-1:${owner}:alias/open`;
    const sealed = await kms.call("Encrypt", { KeyId: alias, Plaintext }, user);
    expect(sealed.KeyId).toBe(kms.arn(open));
    expect(await refusal(kms.call("ListGrants", { KeyId: alias }, user))).toEqual(
      denied("ListGrants"),
    );
    const none = `arn:aws:kms:eu-west-1:${owner}:alias/none`;
    expect(await refusal(kms.call("Encrypt", { KeyId: none, Plaintext }, user))).toEqual(
      denied("Encrypt"),
    );
  });

  test("is not found by its bare id or alias name: those are the caller's own", async () => {
    expect(await refusal(kms.call("DescribeKey", { KeyId: open }, user))).toEqual({
      code: "NotFoundException",
      message: `Key '${kms.arn(open, user)}' does not exist`,
    });
    const byName = kms.call("DescribeKey", { KeyId: "alias/open" }, user);
    expect((await refusal(byName)).code).toBe("NotFoundException");
  });

  test("does not make an AWS managed key of the owner's, or of the caller's", async () => {
    const KeyId = `arn:aws:kms:eu-west-1:${owner}:alias/aws/s3`;
    expect(await refusal(kms.call("DescribeKey", { KeyId }, user))).toEqual(denied("DescribeKey"));
    for (const options of [{}, user]) {
      const { Aliases } = await kms.call("ListAliases", {}, options);
      expect(Aliases?.map(({ AliasName }) => AliasName)).not.toContain("alias/aws/s3");
    }
  });

  test("decrypts, by its ciphertext alone, by key ARN, and by its bare id beside the ciphertext", async () => {
    for (const KeyId of [undefined, kms.arn(open), open]) {
      const opened = await kms.call("Decrypt", { CiphertextBlob, KeyId }, user);
      expect(opened).toMatchObject({ KeyId: kms.arn(open), Plaintext });
    }
    const other = await keyFor({ AWS: rootOf(user.accountId) });
    const wrong = kms.call("Decrypt", { CiphertextBlob, KeyId: kms.arn(other) }, user);
    expect((await refusal(wrong)).code).toBe("IncorrectKeyException");
    const bare = kms.call("Decrypt", { CiphertextBlob, KeyId: other }, user);
    expect((await refusal(bare)).code).toBe("NotFoundException");
  });

  test("encrypts again, from it and to it", async () => {
    const own = await kms.newKey({}, user);
    const moved = await kms.call("ReEncrypt", { CiphertextBlob, DestinationKeyId: own }, user);
    expect(moved).toMatchObject({ SourceKeyId: kms.arn(open), KeyId: kms.arn(own, user) });
    const back = await kms.call(
      "ReEncrypt",
      { CiphertextBlob: moved.CiphertextBlob, DestinationKeyId: kms.arn(open) },
      user,
    );
    expect(back).toMatchObject({ SourceKeyId: kms.arn(own, user), KeyId: kms.arn(open) });
    const refused = kms.call(
      "ReEncrypt",
      { CiphertextBlob, DestinationKeyId: kms.arn(await kms.newKey()) },
      user,
    );
    expect(await refusal(refused)).toEqual(denied("ReEncryptTo"));
  });

  test("tells its state to those who may use it", async () => {
    const key = await keyFor({ AWS: user.accountId });
    await kms.call("DisableKey", { KeyId: key });
    expect(await refusal(kms.call("Encrypt", { KeyId: kms.arn(key), Plaintext }, user))).toEqual({
      code: "DisabledException",
      message: `${kms.arn(key)} is disabled.`,
    });
  });

  test("to everyone is open to every account", async () => {
    const KeyId = kms.arn(await keyFor("*"));
    expect((await kms.call("Encrypt", { KeyId, Plaintext }, stranger)).KeyId).toBe(KeyId);
  });

  test("asks conditions of the other account", async () => {
    const Statement = [
      { Effect: "Allow", Principal: { AWS: rootOf(owner) }, Action: "kms:*", Resource: "*" },
      {
        Effect: "Allow",
        Principal: "*",
        Action: "kms:Encrypt",
        Resource: "*",
        Condition: { StringEquals: { "kms:CallerAccount": user.accountId } },
      },
    ];
    const KeyId = kms.arn(await kms.newKey({ Policy: JSON.stringify({ Statement }) }));
    expect((await kms.call("Encrypt", { KeyId, Plaintext }, user)).KeyId).toBe(KeyId);
    const attempt = kms.call("Encrypt", { KeyId, Plaintext }, stranger);
    expect(await refusal(attempt)).toEqual(denied("Encrypt", stranger));
  });
});

describe("a key that is not open to another account", () => {
  let closed: string;
  let sealed: Uint8Array | undefined;
  beforeAll(async () => {
    closed = await kms.newKey();
    await kms.call("CreateAlias", { AliasName: "alias/closed", TargetKeyId: closed });
    ({ CiphertextBlob: sealed } = await kms.call("Encrypt", { KeyId: closed, Plaintext }));
  });

  test("is answered like one that does not exist, by key ARN and by alias ARN", async () => {
    const base = `arn:aws:kms:eu-west-1:${owner}`;
    for (const KeyId of [
      `${base}:key/${closed}`,
      `${base}:key/${unknownId}`,
      `${base}:alias/closed`,
      `${base}:alias/none`,
    ]) {
      expect(await refusal(kms.call("Encrypt", { KeyId, Plaintext }, user))).toEqual(
        denied("Encrypt"),
      );
      const { eventID: _id, requestID: _request, ...record } = kms.lastRecord();
      expect(record).toMatchObject({ errorCode: "AccessDenied", requestParameters: null });
      expect(record).not.toHaveProperty("resources");
      expect(record["recipientAccountId"]).toBe(user.accountId);
    }
  });

  test("is answered so whatever its state, even if it is denied explicitly", async () => {
    const key = await kms.newKey();
    await kms.call("ScheduleKeyDeletion", { KeyId: key });
    const attempt = kms.call("Encrypt", { KeyId: kms.arn(key), Plaintext }, user);
    expect(await refusal(attempt)).toEqual(denied("Encrypt"));
  });

  test("does not decrypt, by its ciphertext alone or beside a key", async () => {
    for (const KeyId of [undefined, kms.arn(closed), closed]) {
      const attempt = kms.call("Decrypt", { CiphertextBlob: sealed, KeyId }, user);
      expect(await refusal(attempt)).toEqual(denied("Decrypt"));
    }
  });
});

describe("the records of use across accounts", () => {
  test("are two, one for each account, and say that they are of one call", async () => {
    await kms.call("Decrypt", { CiphertextBlob, EncryptionContext: {} }, user);
    const [own, theirs, ...more] = lastCall();
    expect(more).toEqual([]);
    const { eventID, userIdentity, recipientAccountId, ...common } = own ?? {};
    expect(recipientAccountId).toBe(user.accountId);
    expect(userIdentity).toMatchObject({ type: "Root", arn: rootOf(user.accountId) });
    expect(theirs).toMatchObject({
      ...common,
      recipientAccountId: owner,
      userIdentity: {
        type: "AWSAccount",
        principalId: user.accountId,
        accountId: user.accountId,
      },
    });
    expect(theirs?.["userIdentity"]).not.toHaveProperty("arn");
    expect(theirs?.["userIdentity"]).not.toHaveProperty("accessKeyId");
    expect(theirs?.["eventID"]).not.toBe(eventID);
    expect(own?.["sharedEventID"]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("are one for each account whose key was used", async () => {
    const third = await keyFor({ AWS: user.accountId });
    await kms.call("ReEncrypt", { CiphertextBlob, DestinationKeyId: kms.arn(third) }, user);
    expect(lastCall().map((record) => record["recipientAccountId"])).toEqual([
      user.accountId,
      owner,
    ]);
    expect(lastCall()[1]?.["resources"]).toHaveLength(2);
  });

  test("are with the change in one transaction", async () => {
    const asked = { KeyId: kms.arn(open), GranteePrincipal: rootOf(stranger.accountId) };
    await kms.call("CreateGrant", { ...asked, Operations: ["Encrypt"] }, user);
    expect(lastCall()).toHaveLength(2);
    const stored = (await kms.store.listOutbox()).slice(-2);
    expect(stored.map(({ line }) => JSON.parse(line) as unknown)).toEqual(lastCall());
  });

  test("are two for a refusal that is not about access, too", async () => {
    const asked = { KeyId: kms.arn(open), Plaintext, DryRun: true };
    await refusal(kms.call("Encrypt", asked, user));
    expect(lastCall().map((record) => record["errorCode"])).toEqual([
      "DryRunOperationException",
      "DryRunOperationException",
    ]);
  });

  test("is one where access was denied, and one where a call stays in its account", async () => {
    const KeyId = kms.arn(await kms.newKey());
    await refusal(kms.call("Encrypt", { KeyId, Plaintext }, user));
    expect(lastCall()).toHaveLength(1);
    await kms.call("Encrypt", { KeyId, Plaintext });
    expect(lastCall()).toHaveLength(1);
    expect(kms.lastRecord()).not.toHaveProperty("sharedEventID");
  });

  test("are named by the last usage of the key: the one in its owner's trail", async () => {
    const key = await keyFor({ AWS: user.accountId });
    await kms.call("Encrypt", { KeyId: kms.arn(key), Plaintext }, user);
    const [, theirs] = lastCall();
    const { KeyLastUsage } = await kms.call("GetKeyLastUsage", { KeyId: key });
    expect(KeyLastUsage).toMatchObject({
      Operation: "Encrypt",
      CloudTrailEventId: theirs?.["eventID"],
      KmsRequestId: theirs?.["requestID"],
    });
  });
});
