/** Encrypt, Decrypt, ReEncrypt. */
import { answers, type Case, refuses, words } from "../case.ts";
import type { Kind, World } from "../world.ts";

const Plaintext = Buffer.from("a plaintext");
const EncryptionContext = { purpose: "conformance" };
const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";

async function sealed(world: World, kind: Kind = "symmetric"): Promise<Uint8Array> {
  const output = await world.kms.encrypt({ KeyId: await world.key(kind), Plaintext });
  return output.CiphertextBlob ?? new Uint8Array();
}

async function encryptWith(world: World, kind: Kind, bytes: Uint8Array = Plaintext) {
  return await world.kms.encrypt({ KeyId: await world.key(kind), Plaintext: bytes });
}

export const encryptionCases: readonly Case[] = [
  answers(
    "Encrypt",
    "with a symmetric key",
    "CiphertextBlob EncryptionAlgorithm KeyId",
    async (world) => await encryptWith(world, "symmetric"),
  ),
  answers(
    "Encrypt",
    "with an RSA key",
    "CiphertextBlob EncryptionAlgorithm KeyId",
    async (world) =>
      await world.kms.encrypt({ KeyId: await world.key("rsa"), Plaintext, EncryptionAlgorithm }),
  ),
  refuses(
    "Encrypt",
    "nothing",
    words.constraint("plaintext", "Member must have length greater than or equal to 1"),
    async (world) => await encryptWith(world, "symmetric", Buffer.alloc(0)),
  ),
  refuses(
    "Encrypt",
    "4,097 bytes",
    words.constraint("plaintext", "Member must have length less than or equal to 4096"),
    async (world) => await encryptWith(world, "symmetric", Buffer.alloc(4_097)),
  ),
  refuses(
    "Encrypt",
    "191 bytes with an RSA key",
    {
      code: "ValidationException",
      message:
        "Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.",
    },
    async (world) =>
      await world.kms.encrypt({
        KeyId: await world.key("rsa"),
        Plaintext: Buffer.alloc(191),
        EncryptionAlgorithm,
      }),
  ),
  refuses(
    "Encrypt",
    "with an RSA key and no algorithm",
    words.algorithm,
    async (world) => await encryptWith(world, "rsa"),
  ),
  refuses(
    "Encrypt",
    "with a key for signing",
    words.usage("Encrypt"),
    async (world) => await encryptWith(world, "signing"),
  ),
  refuses(
    "Encrypt",
    "with a disabled key",
    words.disabled,
    async (world) => await encryptWith(world, "disabled"),
  ),
  refuses(
    "Encrypt",
    "with a key that is pending deletion",
    words.pendingDeletion,
    async (world) => await encryptWith(world, "pendingDeletion"),
  ),
  refuses(
    "Encrypt",
    "with a key without key material",
    words.pendingImport,
    async (world) => await encryptWith(world, "external"),
  ),
  refuses(
    "Encrypt",
    "with a grant token made up",
    "InvalidGrantTokenException",
    async (world) =>
      await world.kms.encrypt({
        KeyId: await world.key("symmetric"),
        Plaintext,
        GrantTokens: ["made-up"],
      }),
  ),
  refuses(
    "Encrypt",
    "dry",
    words.dryRun,
    async (world) =>
      await world.kms.encrypt({ KeyId: await world.key("symmetric"), Plaintext, DryRun: true }),
  ),
  answers(
    "Decrypt",
    "what a symmetric key encrypted",
    "EncryptionAlgorithm KeyId KeyMaterialId Plaintext",
    async (world) => await world.kms.decrypt({ CiphertextBlob: await sealed(world) }),
  ),
  answers(
    "Decrypt",
    "what an RSA key encrypted",
    "EncryptionAlgorithm KeyId Plaintext",
    async (world) => {
      const key = { KeyId: await world.key("rsa"), EncryptionAlgorithm } as const;
      const { CiphertextBlob } = await world.kms.encrypt({ ...key, Plaintext });
      return await world.kms.decrypt({ ...key, CiphertextBlob });
    },
  ),
  refuses("Decrypt", "with another context", words.ciphertext, async (world) => {
    const CiphertextBlob = await sealed(world);
    return await world.kms.decrypt({ CiphertextBlob, EncryptionContext });
  }),
  refuses("Decrypt", "a changed ciphertext", words.ciphertext, async (world) => {
    const CiphertextBlob = Buffer.from(await sealed(world));
    CiphertextBlob.writeUInt8(
      CiphertextBlob.readUInt8(CiphertextBlob.length - 1) ^ 1,
      CiphertextBlob.length - 1,
    );
    return await world.kms.decrypt({ CiphertextBlob });
  }),
  refuses("Decrypt", "a lengthened ciphertext", words.ciphertext, async (world) => {
    const CiphertextBlob = Buffer.concat([await sealed(world), Buffer.of(0)]);
    return await world.kms.decrypt({ CiphertextBlob });
  }),
  refuses(
    "Decrypt",
    "bytes from elsewhere",
    words.ciphertext,
    async ({ kms }) => await kms.decrypt({ CiphertextBlob: Buffer.alloc(200, 7) }),
  ),
  refuses("Decrypt", "with another key", words.incorrectKey, async (world) => {
    const CiphertextBlob = await sealed(world);
    return await world.kms.decrypt({ CiphertextBlob, KeyId: await world.key("mac") });
  }),
  refuses(
    "Decrypt",
    "for a recipient that proves nothing",
    "ValidationException",
    async (world) => {
      const AttestationDocument = Buffer.from("made up");
      const Recipient = {
        KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256",
        AttestationDocument,
      } as const;
      return await world.kms.decrypt({ CiphertextBlob: await sealed(world), Recipient });
    },
  ),
  refuses(
    "Decrypt",
    "dry, and looking at no ciphertext",
    words.dryRun,
    async (world) =>
      await world.kms.decrypt({
        CiphertextBlob: undefined,
        KeyId: await world.key("symmetric"),
        DryRun: true,
        DryRunModifiers: ["IGNORE_CIPHERTEXT"],
      }),
  ),
  answers(
    "ReEncrypt",
    "between symmetric keys",
    "CiphertextBlob DestinationEncryptionAlgorithm DestinationKeyMaterialId KeyId " +
      "SourceEncryptionAlgorithm SourceKeyId SourceKeyMaterialId",
    async (world) =>
      await world.kms.reEncrypt({
        CiphertextBlob: await sealed(world),
        DestinationKeyId: await world.newKey(),
      }),
  ),
  answers(
    "ReEncrypt",
    "to an RSA key",
    "CiphertextBlob DestinationEncryptionAlgorithm KeyId SourceEncryptionAlgorithm SourceKeyId " +
      "SourceKeyMaterialId",
    async (world) =>
      await world.kms.reEncrypt({
        CiphertextBlob: await sealed(world),
        DestinationKeyId: await world.key("rsa"),
        DestinationEncryptionAlgorithm: EncryptionAlgorithm,
      }),
  ),
  refuses(
    "ReEncrypt",
    "to a key for MACs",
    words.usage("ReEncryptTo"),
    async (world) =>
      await world.kms.reEncrypt({
        CiphertextBlob: await sealed(world),
        DestinationKeyId: await world.key("mac"),
      }),
  ),
  refuses(
    "ReEncrypt",
    "from another key",
    words.incorrectKey,
    async (world) =>
      await world.kms.reEncrypt({
        CiphertextBlob: await sealed(world),
        SourceKeyId: await world.newKey(),
        DestinationKeyId: await world.key("symmetric"),
      }),
  ),
  refuses(
    "ReEncrypt",
    "to a disabled key",
    words.disabled,
    async (world) =>
      await world.kms.reEncrypt({
        CiphertextBlob: await sealed(world),
        DestinationKeyId: await world.key("disabled"),
      }),
  ),
  refuses(
    "ReEncrypt",
    "dry",
    words.dryRun,
    async (world) =>
      await world.kms.reEncrypt({
        CiphertextBlob: await sealed(world),
        DestinationKeyId: await world.key("symmetric"),
        DryRun: true,
      }),
  ),
];
