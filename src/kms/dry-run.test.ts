/** DryRun: for every operation that has it, whether the call would have succeeded, and nothing else. */
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { refusal } from "../../test/refusal.ts";
import type { JsonObject } from "../service/service.ts";
import type { OperationName } from "./contract.ts";

const Message = Buffer.from("a message");
const account = "arn:aws:iam::111122223333:root";
const wouldHaveSucceeded = {
  code: "DryRunOperationException",
  message: "The request would have succeeded, but the DryRun option is set.",
};

const kinds = {
  symmetric: {},
  signing: { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" },
  mac: { KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" },
  agreeing: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" },
  encapsulating: { KeySpec: "ML_KEM_512", KeyUsage: "ENCAPSULATE_DECAPSULATE" },
} as const;

type Kind = keyof typeof kinds;

let kms: KmsBench;
beforeAll(async () => {
  kms = await kmsBench();
});
afterAll(async () => await kms.close());

async function newKey(kind: Kind, Policy?: string): Promise<string> {
  const policy = Policy === undefined ? {} : { Policy, BypassPolicyLockoutSafetyCheck: true };
  return await kms.newKey({ ...kinds[kind], ...policy });
}

async function member(name: OperationName, input: JsonObject, wanted: string): Promise<Buffer> {
  const output = (await kms.send(name, input)) as Readonly<Record<string, Uint8Array>>;
  return Buffer.from(output[wanted] ?? []);
}

interface Attempt {
  readonly kind: Kind;
  /** What the key of that kind is sent, for the call to succeed. */
  readonly input: (KeyId: string) => JsonObject | Promise<JsonObject>;
}

const signing = { Message, SigningAlgorithm: "ECDSA_SHA_256" };
const mac = { Message, MacAlgorithm: "HMAC_SHA_256" };
const encapsulation = { EncapsulationAlgorithm: "ML_KEM" };

const attempts: Readonly<Partial<Record<OperationName, Attempt>>> = {
  Encrypt: { kind: "symmetric", input: (KeyId) => ({ KeyId, Plaintext: Message }) },
  Decrypt: {
    kind: "symmetric",
    input: async (KeyId) => ({
      KeyId,
      CiphertextBlob: await member("Encrypt", { KeyId, Plaintext: Message }, "CiphertextBlob"),
    }),
  },
  ReEncrypt: {
    kind: "symmetric",
    input: async (KeyId) => ({
      DestinationKeyId: KeyId,
      CiphertextBlob: await member("Encrypt", { KeyId, Plaintext: Message }, "CiphertextBlob"),
    }),
  },
  GenerateDataKey: { kind: "symmetric", input: (KeyId) => ({ KeyId, KeySpec: "AES_256" }) },
  GenerateDataKeyWithoutPlaintext: {
    kind: "symmetric",
    input: (KeyId) => ({ KeyId, NumberOfBytes: 16 }),
  },
  GenerateDataKeyPair: {
    kind: "symmetric",
    input: (KeyId) => ({ KeyId, KeyPairSpec: "ECC_NIST_P256" }),
  },
  GenerateDataKeyPairWithoutPlaintext: {
    kind: "symmetric",
    input: (KeyId) => ({ KeyId, KeyPairSpec: "ECC_NIST_P256" }),
  },
  Sign: { kind: "signing", input: (KeyId) => ({ KeyId, ...signing }) },
  Verify: {
    kind: "signing",
    input: async (KeyId) => ({
      KeyId,
      ...signing,
      Signature: await member("Sign", { KeyId, ...signing }, "Signature"),
    }),
  },
  GenerateMac: { kind: "mac", input: (KeyId) => ({ KeyId, ...mac }) },
  VerifyMac: {
    kind: "mac",
    input: async (KeyId) => ({
      KeyId,
      ...mac,
      Mac: await member("GenerateMac", { KeyId, ...mac }, "Mac"),
    }),
  },
  DeriveSharedSecret: {
    kind: "agreeing",
    input: (KeyId) => ({
      KeyId,
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey.export({
        type: "spki",
        format: "der",
      }),
    }),
  },
  Encapsulate: { kind: "encapsulating", input: (KeyId) => ({ KeyId, ...encapsulation }) },
  Decapsulate: {
    kind: "encapsulating",
    input: async (KeyId) => ({
      KeyId,
      ...encapsulation,
      SharedSecretCiphertextBlob: await member(
        "Encapsulate",
        { KeyId, ...encapsulation },
        "SharedSecretCiphertextBlob",
      ),
    }),
  },
};

const rows = (Object.keys(attempts) as OperationName[]).map(
  (operation) => [operation, attempts[operation] as Attempt] as const,
);
/** What ReEncrypt is allowed by has other names. */
const actionOf = (operation: OperationName): string =>
  operation === "ReEncrypt" ? "ReEncryptTo" : operation;

describe.each(rows)("%s", (operation, { kind, input }) => {
  test("says that it would have succeeded, asks the vault nothing, and is on record", async () => {
    const sent = await input(await newKey(kind));
    const before = kms.vaultCommands.length;
    expect(await refusal(kms.send(operation, { ...sent, DryRun: true }))).toEqual(
      wouldHaveSucceeded,
    );
    expect(kms.vaultCommands.length).toBe(before);
    expect(kms.lastRecord()).toMatchObject({
      eventName: operation,
      errorCode: "DryRunOperationException",
      requestParameters: { dryRun: true },
    });
  });

  test("is no use of the key, but a real call is", async () => {
    const fresh = await newKey(kind);
    const sent = await input(fresh);
    const usedBefore = (await kms.call("GetKeyLastUsage", { KeyId: fresh })).KeyLastUsage;
    kms.nowMs += 1_000;
    await refusal(kms.send(operation, { ...sent, DryRun: true }));
    const { KeyLastUsage } = await kms.call("GetKeyLastUsage", { KeyId: fresh });
    expect(KeyLastUsage).toEqual(usedBefore);
    await kms.send(operation, { ...sent, DryRun: false });
    const { eventID, requestID } = kms.lastRecord();
    const used = await kms.call("GetKeyLastUsage", { KeyId: fresh });
    expect(used.KeyLastUsage).toEqual({
      Operation: operation,
      Timestamp: new Date(kms.nowMs),
      CloudTrailEventId: eventID,
      KmsRequestId: requestID,
    });
  });

  test("tells of a disabled key, as the real call would", async () => {
    const KeyId = await newKey(kind);
    const sent = await input(KeyId);
    await kms.call("DisableKey", { KeyId });
    const real = await refusal(kms.send(operation, sent));
    expect(real).toMatchObject({ code: "DisabledException" });
    expect(await refusal(kms.send(operation, { ...sent, DryRun: true }))).toEqual(real);
  });

  test("tells of a key that is for something else, as the real call would", async () => {
    const sent = await input(await newKey(kind));
    const other = await newKey(kind === "mac" ? "signing" : "mac");
    const named =
      operation === "ReEncrypt" ? { ...sent, DestinationKeyId: other } : { ...sent, KeyId: other };
    const real = await refusal(kms.send(operation, named));
    expect(["InvalidKeyUsageException", "IncorrectKeyException"]).toContain(real.code);
    expect(await refusal(kms.send(operation, { ...named, DryRun: true }))).toEqual(real);
  });

  test("tells of a policy that does not allow it, as the real call would", async () => {
    const allow = { Effect: "Allow", Principal: { AWS: account }, Action: "kms:*", Resource: "*" };
    const deny = { ...allow, Effect: "Deny", Action: `kms:${actionOf(operation)}` };
    const KeyId = await newKey(kind);
    const sent = await input(KeyId);
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allow, deny] });
    await kms.call("PutKeyPolicy", { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true });
    const real = await refusal(kms.send(operation, sent));
    expect(real).toMatchObject({ code: "AccessDeniedException" });
    expect(await refusal(kms.send(operation, { ...sent, DryRun: true }))).toEqual(real);
  });
});

describe("IGNORE_CIPHERTEXT", () => {
  const DryRunModifiers = ["IGNORE_CIPHERTEXT"];

  test("asks of Decrypt for a key, and looks at no ciphertext", async () => {
    const KeyId = await newKey("symmetric");
    for (const ciphertext of [{}, { CiphertextBlob: Buffer.from("noise") }]) {
      const sent = { KeyId, ...ciphertext, DryRun: true, DryRunModifiers };
      expect(await refusal(kms.send("Decrypt", sent))).toEqual(wouldHaveSucceeded);
      expect(kms.lastRecord()["requestParameters"]).toMatchObject({
        dryRun: true,
        dryRunModifiers: DryRunModifiers,
      });
    }
  });

  test("asks of ReEncrypt for both keys, and looks at no ciphertext", async () => {
    const [SourceKeyId, DestinationKeyId] = [await newKey("symmetric"), await newKey("symmetric")];
    const sent = { SourceKeyId, DestinationKeyId, DryRun: true, DryRunModifiers };
    expect(await refusal(kms.send("ReEncrypt", sent))).toEqual(wouldHaveSucceeded);
    expect(kms.lastRecord()["requestParameters"]).toMatchObject({
      dryRun: true,
      dryRunModifiers: DryRunModifiers,
    });
    const unnamed = { DestinationKeyId, DryRun: true, DryRunModifiers };
    expect(await refusal(kms.send("ReEncrypt", unnamed))).toMatchObject({
      code: "ValidationException",
    });
    await kms.call("DisableKey", { KeyId: SourceKeyId });
    expect(await refusal(kms.send("ReEncrypt", sent))).toMatchObject({ code: "DisabledException" });
  });

  test("ValidationException without DryRun", async () => {
    const KeyId = await newKey("symmetric");
    const CiphertextBlob = Buffer.from("noise");
    const decrypt = { KeyId, CiphertextBlob, DryRunModifiers };
    expect(await refusal(kms.send("Decrypt", decrypt))).toMatchObject({
      code: "ValidationException",
    });
    const reEncrypt = { SourceKeyId: KeyId, DestinationKeyId: KeyId, CiphertextBlob };
    expect(
      await refusal(kms.send("ReEncrypt", { ...reEncrypt, DryRunModifiers, DryRun: false })),
    ).toMatchObject({ code: "ValidationException" });
  });

  test("ValidationException for another modifier", async () => {
    const sent = { DryRun: true, DryRunModifiers: ["IGNORE_EVERYTHING"] };
    const attempt = kms.send("Decrypt", { ...sent, CiphertextBlob: Buffer.from("noise") });
    expect(await refusal(attempt)).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value '[IGNORE_EVERYTHING]' at 'dryRunModifiers' failed " +
        "to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value " +
        "set: [IGNORE_CIPHERTEXT]]",
    });
  });
});

test("operations that know no DryRun take it for a member they do not know", async () => {
  const KeyId = await newKey("signing");
  expect(await kms.send("GetPublicKey", { KeyId, DryRun: true })).toHaveProperty("PublicKey");
  const random = await kms.send("GenerateRandom", { NumberOfBytes: 4, DryRun: true });
  expect(random).toHaveProperty("Plaintext");
});
