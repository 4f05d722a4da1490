import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enclavePair, nitroPlatform, pcr0 } from "../../test/attestation.ts";
import { kmsBench, type KmsBench } from "../../test/kms-bench.ts";
import { openEnvelope } from "../../test/open-envelope.ts";
import { refusal } from "../../test/refusal.ts";

const nowMs = Date.UTC(2026, 2, 1, 10, 15);
const platform = nitroPlatform({ issuedAtMs: nowMs });
const KeyEncryptionAlgorithm = "RSAES_OAEP_SHA_256" as const;
const recipient = (AttestationDocument: Uint8Array = platform.document(nowMs)) => ({
  KeyEncryptionAlgorithm,
  AttestationDocument,
});
const secret = Buffer.from("correct horse battery staple");
const peer = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey;
const account = "arn:aws:iam::111122223333:root";

let kms: KmsBench;
let KeyId: string;
let CiphertextBlob: Uint8Array;
beforeAll(async () => {
  kms = await kmsBench({ attestationRoots: [platform.root] });
  KeyId = await kms.newKey();
  CiphertextBlob = await encrypted(KeyId);
});
afterAll(async () => await kms.close());

async function encrypted(keyId: string): Promise<Uint8Array> {
  const output = await kms.call("Encrypt", { KeyId: keyId, Plaintext: secret });
  return output.CiphertextBlob ?? new Uint8Array();
}

function open(envelope: Uint8Array | undefined): Buffer {
  return openEnvelope(envelope ?? new Uint8Array(), enclavePair.privateKey);
}

const statement = (Action: object, Condition = {}) => ({
  Effect: "Allow",
  Principal: { AWS: account },
  Resource: "*",
  ...Action,
  Condition,
});

async function keyFor(condition: string, value: string): Promise<string> {
  const Statement = [
    statement({ NotAction: "kms:Decrypt" }),
    statement({ Action: "kms:Decrypt" }, { StringEqualsIgnoreCase: { [condition]: value } }),
  ];
  return await kms.newKey({ Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
}

async function decryptWith(keyId: string, Recipient?: ReturnType<typeof recipient>) {
  const blob = await encrypted(keyId);
  return await kms.call("Decrypt", { CiphertextBlob: blob, ...(Recipient && { Recipient }) });
}

const register = (byte: number): string => Buffer.alloc(48, byte).toString("hex");
const words = (reason: string) => ({
  code: "ValidationException",
  message: `The attestation document is refused: ${reason}.`,
});

describe("for an attested recipient", () => {
  test("Decrypt gives the plaintext in an envelope, and no key material id", async () => {
    const output = await kms.call("Decrypt", { CiphertextBlob, Recipient: recipient() });
    expect(Object.keys(output).toSorted()).toEqual([
      "CiphertextForRecipient",
      "EncryptionAlgorithm",
      "KeyId",
    ]);
    expect(open(output.CiphertextForRecipient)).toEqual(secret);
    expect(kms.vaultCommands.at(-1)).toBe("decryptForRecipient");
  });

  test("Decrypt with an RSA key does the same", async () => {
    const rsa = await kms.newKey({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    const named = { KeyId: rsa, EncryptionAlgorithm: "RSAES_OAEP_SHA_1" as const };
    const sealed = await kms.call("Encrypt", { ...named, Plaintext: secret });
    const output = await kms.call("Decrypt", {
      ...named,
      CiphertextBlob: sealed.CiphertextBlob,
      Recipient: recipient(),
    });
    expect(output).not.toHaveProperty("Plaintext");
    expect(open(output.CiphertextForRecipient)).toEqual(secret);
  });

  test("GenerateDataKey gives a data key that Decrypt brings back", async () => {
    const input = { KeyId, KeySpec: "AES_256", Recipient: recipient() } as const;
    const output = await kms.call("GenerateDataKey", input);
    expect(Object.keys(output).toSorted()).toEqual([
      "CiphertextBlob",
      "CiphertextForRecipient",
      "KeyId",
    ]);
    const opened = await kms.call("Decrypt", { CiphertextBlob: output.CiphertextBlob });
    expect(open(output.CiphertextForRecipient)).toEqual(opened.Plaintext);
  });

  test("GenerateDataKeyPair gives the private key in an envelope", async () => {
    const input = { KeyId, KeyPairSpec: "ECC_NIST_P256", Recipient: recipient() } as const;
    const output = await kms.call("GenerateDataKeyPair", input);
    expect(Object.keys(output).toSorted()).toEqual([
      "CiphertextForRecipient",
      "KeyId",
      "KeyMaterialId",
      "KeyPairSpec",
      "PrivateKeyCiphertextBlob",
      "PublicKey",
    ]);
    const opened = await kms.call("Decrypt", { CiphertextBlob: output.PrivateKeyCiphertextBlob });
    expect(open(output.CiphertextForRecipient)).toEqual(opened.Plaintext);
  });

  test("DeriveSharedSecret gives the secret in an envelope", async () => {
    const input = {
      KeyId: await kms.newKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" }),
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: peer.export({ type: "spki", format: "der" }),
    } as const;
    const { SharedSecret } = await kms.call("DeriveSharedSecret", input);
    const output = await kms.call("DeriveSharedSecret", { ...input, Recipient: recipient() });
    expect(output).not.toHaveProperty("SharedSecret");
    expect(open(output.CiphertextForRecipient)).toEqual(SharedSecret);
  });

  test("GenerateRandom gives the bytes in an envelope", async () => {
    const input = { NumberOfBytes: 24, Recipient: recipient() };
    const output = await kms.call("GenerateRandom", input);
    expect(Object.keys(output)).toEqual(["CiphertextForRecipient"]);
    expect(open(output.CiphertextForRecipient)).toHaveLength(24);
  });

  test("the record tells which enclave it was, and nothing of the document else", async () => {
    const document = platform.document(nowMs);
    await kms.call("Decrypt", { CiphertextBlob, Recipient: recipient(document) });
    expect(kms.lastRecord()).toMatchObject({
      requestParameters: { encryptionAlgorithm: "SYMMETRIC_DEFAULT" },
      additionalEventData: {
        recipient: {
          attestationDocumentModuleId: "i-0123456789abcdef0-enc0123456789abcdef",
          attestationDocumentEnclaveImageDigest: pcr0.toString("hex"),
        },
      },
    });
    await kms.call("GenerateRandom", { NumberOfBytes: 8, Recipient: recipient() });
    expect(kms.lastRecord()).toHaveProperty("additionalEventData.recipient");
  });

  test("a document may come as base64, as on the wire", async () => {
    const AttestationDocument = platform.document(nowMs).toString("base64");
    const Recipient = { KeyEncryptionAlgorithm, AttestationDocument };
    expect(await kms.send("GenerateRandom", { NumberOfBytes: 8, Recipient })).toHaveProperty(
      "CiphertextForRecipient",
    );
  });

  test("a dry run proves the recipient too", async () => {
    const dry = { CiphertextBlob, DryRun: true };
    expect(await refusal(kms.call("Decrypt", { ...dry, Recipient: recipient() }))).toMatchObject({
      code: "DryRunOperationException",
    });
    const forged = recipient(Buffer.from("forged"));
    expect(await refusal(kms.call("Decrypt", { ...dry, Recipient: forged }))).toMatchObject({
      code: "ValidationException",
    });
  });
});

describe("a key policy can ask what runs in the enclave", () => {
  const denied = { code: "AccessDeniedException" };

  test.each([
    ["kms:RecipientAttestation:ImageSha384", pcr0.toString("hex")],
    ["kms:RecipientAttestation:PCR0", pcr0.toString("hex").toUpperCase()],
    ["kms:RecipientAttestation:PCR1", register(0x11)],
    ["kms:RecipientAttestation:PCR8", register(0)],
  ])("%s", async (condition, value) => {
    const right = await keyFor(condition, value);
    expect(await decryptWith(right, recipient())).toHaveProperty("CiphertextForRecipient");
    expect(await refusal(decryptWith(right))).toMatchObject(denied);
    const wrong = await keyFor(condition, register(0x77));
    expect(await refusal(decryptWith(wrong, recipient()))).toMatchObject(denied);
  });

  test.each(["PCR2", "PCR01", "PCR", "PCR1e0", "NitroTPMPCR0", "ModuleId"])(
    "but there is no kms:RecipientAttestation:%s of an enclave to equal anything",
    async (name) => {
      const key = await keyFor(`kms:RecipientAttestation:${name}`, pcr0.toString("hex"));
      expect(await refusal(decryptWith(key, recipient()))).toMatchObject(denied);
    },
  );

  test("kms:RecipientAttestation:NitroTPMPCR<n> of an instance, which has no image digest", async () => {
    const nitrotpm_pcrs = new Map([[0, pcr0]]);
    const members = { pcrs: undefined, nitrotpm_pcrs };
    const Recipient = recipient(platform.document(nowMs, { members }));
    const value = pcr0.toString("hex");
    const right = await keyFor("kms:RecipientAttestation:NitroTPMPCR0", value);
    expect(await decryptWith(right, Recipient)).toHaveProperty("CiphertextForRecipient");
    for (const name of ["ImageSha384", "PCR0"]) {
      const key = await keyFor(`kms:RecipientAttestation:${name}`, value);
      expect(await refusal(decryptWith(key, Recipient))).toMatchObject(denied);
    }
    await decryptWith(right, Recipient);
    expect(kms.lastRecord()["additionalEventData"]).toMatchObject({
      recipient: { attestationDocumentModuleId: "i-0123456789abcdef0-enc0123456789abcdef" },
    });
  });
});

describe("ValidationException", () => {
  const other = nitroPlatform({ issuedAtMs: nowMs });
  test.each([
    ["a forged one", Buffer.from("forged"), "it is not valid CBOR: it is cut short"],
    [
      "one of another root",
      other.document(nowMs),
      "its certificates do not lead to a trusted root",
    ],
    [
      "one of an hour ago",
      platform.document(nowMs - 3_600_000),
      "it was not made within the last 5 minutes",
    ],
    [
      "one without a public key",
      platform.document(nowMs, { members: { public_key: null } }),
      "it has no public key",
    ],
    [
      "one that is nested too deeply",
      Buffer.alloc(200_000, 0x81),
      "it is not valid CBOR: it is nested too deeply",
    ],
  ])("for %s, before the key is looked for, and on record", async (_what, document, reason) => {
    const attempt = kms.call("GenerateDataKey", {
      KeyId: "nowhere",
      KeySpec: "AES_256",
      Recipient: recipient(document),
    });
    expect(await refusal(attempt)).toEqual(words(reason));
    expect(kms.lastRecord()).toMatchObject({ errorCode: "ValidationException" });
    expect(kms.lastRecord()).not.toHaveProperty("additionalEventData");
  });

  test("where no root is configured", async () => {
    const rootless = await kmsBench();
    const attempt = rootless.call("GenerateRandom", { NumberOfBytes: 8, Recipient: recipient() });
    expect(await refusal(attempt)).toEqual(
      words("no attestation root is configured, so no document can be trusted"),
    );
    await rootless.close();
  });

  test.each([{}, { KeyEncryptionAlgorithm }, { AttestationDocument: Buffer.from("x") }])(
    "for a recipient without algorithm or document: %o",
    async (Recipient) => {
      const attempt = kms.send("Decrypt", { CiphertextBlob, Recipient });
      expect(await refusal(attempt)).toEqual({
        code: "ValidationException",
        message: "Recipient must have a KeyEncryptionAlgorithm and an AttestationDocument.",
      });
    },
  );

  test("for what breaks the members' own constraints", async () => {
    const Recipient = {
      KeyEncryptionAlgorithm: "RSAES_PKCS1_V1_5",
      AttestationDocument: Buffer.alloc(262_145),
    };
    const path = "failed to satisfy constraint: Member must";
    expect(await refusal(kms.send("Decrypt", { CiphertextBlob, Recipient }))).toEqual({
      code: "ValidationException",
      message:
        "2 validation errors detected: Value 'RSAES_PKCS1_V1_5' at " +
        `'recipient.keyEncryptionAlgorithm' ${path} satisfy enum value set: ` +
        "[RSAES_OAEP_SHA_256]; Value at 'recipient.attestationDocument' " +
        `${path} have length less than or equal to 262144`,
    });
  });
});

test("SerializationException for a document that is not base64", async () => {
  for (const AttestationDocument of ["%%%%", "AAA", 7, {}]) {
    const Recipient = { KeyEncryptionAlgorithm, AttestationDocument };
    const attempt = kms.send("Decrypt", { CiphertextBlob, Recipient });
    expect(await refusal(attempt)).toMatchObject({ code: "SerializationException" });
  }
});
