/** Signatures, public keys and MACs. */
import type { MessageType, SigningAlgorithmSpec } from "@aws-sdk/client-kms";
import { answers, type Case, refuses, words } from "../case.ts";
import type { Kind, World } from "../world.ts";

const Message = Buffer.from("a message");
const members = "KeyId Signature SigningAlgorithm";

interface Signing {
  readonly kind: Kind;
  readonly algorithm: SigningAlgorithmSpec;
  readonly type?: MessageType;
  readonly message?: Uint8Array;
}

async function sign(world: World, { kind, algorithm, type, message = Message }: Signing) {
  return await world.kms.sign({
    KeyId: await world.key(kind),
    SigningAlgorithm: algorithm,
    Message: message,
    MessageType: type,
  });
}

/** What is signed and then asked after. */
async function verify(world: World, signing: Signing, asked: Uint8Array = Message) {
  const { KeyId, Signature, SigningAlgorithm } = await sign(world, signing);
  return await world.kms.verify({ KeyId, Signature, SigningAlgorithm, Message: asked });
}

const ecdsa = { kind: "signing", algorithm: "ECDSA_SHA_256" } as const;
const digestLength = {
  code: "ValidationException",
  message: "Digest is invalid length for algorithm ECDSA_SHA_256.",
};
const invalidSignature = { code: "KMSInvalidSignatureException", message: "" };

async function generateMac(world: World, kind: Kind = "mac") {
  const KeyId = await world.key(kind);
  return await world.kms.generateMac({ KeyId, Message, MacAlgorithm: "HMAC_SHA_256" });
}

export const signatureCases: readonly Case[] = [
  answers("Sign", "with P-256", members, async (world) => await sign(world, ecdsa)),
  answers(
    "Sign",
    "a digest",
    members,
    async (world) => await sign(world, { ...ecdsa, type: "DIGEST", message: Buffer.alloc(32) }),
  ),
  answers(
    "Sign",
    "with RSA",
    members,
    async (world) => await sign(world, { kind: "rsaSigning", algorithm: "RSASSA_PSS_SHA_384" }),
  ),
  answers(
    "Sign",
    "with Ed25519",
    members,
    async (world) => await sign(world, { kind: "ed25519", algorithm: "ED25519_SHA_512" }),
  ),
  answers(
    "Sign",
    "with ML-DSA over a µ",
    members,
    async (world) =>
      await sign(world, {
        kind: "mlDsa",
        algorithm: "ML_DSA_SHAKE_256",
        type: "EXTERNAL_MU",
        message: Buffer.alloc(64),
      }),
  ),
  refuses(
    "Sign",
    "a digest of another length",
    digestLength,
    async (world) => await sign(world, { ...ecdsa, type: "DIGEST", message: Buffer.alloc(31) }),
  ),
  refuses(
    "Sign",
    "4,097 bytes",
    words.constraint("message", "Member must have length less than or equal to 4096"),
    async (world) => await sign(world, { ...ecdsa, message: Buffer.alloc(4_097) }),
  ),
  refuses(
    "Sign",
    "with an algorithm of another spec",
    words.algorithm,
    async (world) => await sign(world, { ...ecdsa, algorithm: "ECDSA_SHA_384" }),
  ),
  refuses(
    "Sign",
    "with a key for encryption",
    words.usage("Sign"),
    async (world) => await sign(world, { ...ecdsa, kind: "symmetric" }),
  ),
  refuses(
    "Sign",
    "with a disabled key",
    words.disabled,
    async (world) => await sign(world, { ...ecdsa, kind: "disabled" }),
  ),
  answers(
    "Verify",
    "a signature",
    "KeyId SignatureValid SigningAlgorithm",
    async (world) => await verify(world, ecdsa),
  ),
  refuses(
    "Verify",
    "a signature of another message",
    invalidSignature,
    async (world) => await verify(world, ecdsa, Buffer.from("another message")),
  ),
  refuses(
    "Verify",
    "bytes that are no signature",
    invalidSignature,
    async (world) =>
      await world.kms.verify({
        KeyId: await world.key("signing"),
        SigningAlgorithm: "ECDSA_SHA_256",
        Message,
        Signature: Buffer.alloc(64),
      }),
  ),
  refuses(
    "Verify",
    "dry",
    words.dryRun,
    async (world) =>
      await world.kms.verify({
        KeyId: await world.key("signing"),
        SigningAlgorithm: "ECDSA_SHA_256",
        Message,
        Signature: (await sign(world, ecdsa)).Signature,
        DryRun: true,
      }),
  ),
  answers(
    "GetPublicKey",
    "of a key for signing",
    "CustomerMasterKeySpec KeyId KeySpec KeyUsage PublicKey SigningAlgorithms",
    async (world) => await world.kms.getPublicKey({ KeyId: await world.key("signing") }),
  ),
  refuses(
    "GetPublicKey",
    "of a symmetric key",
    "UnsupportedOperationException",
    async (world) => await world.kms.getPublicKey({ KeyId: await world.key("symmetric") }),
  ),
  answers("GenerateMac", "with HMAC_256", "KeyId Mac MacAlgorithm", generateMac),
  refuses(
    "GenerateMac",
    "with a key for encryption",
    words.usage("GenerateMac"),
    async (world) => await generateMac(world, "symmetric"),
  ),
  refuses(
    "GenerateMac",
    "with an algorithm of another spec",
    words.algorithm,
    async (world) =>
      await world.kms.generateMac({
        KeyId: await world.key("mac"),
        Message,
        MacAlgorithm: "HMAC_SHA_512",
      }),
  ),
  answers("VerifyMac", "a MAC", "KeyId MacAlgorithm MacValid", async (world) => {
    const { KeyId, Mac, MacAlgorithm } = await generateMac(world);
    return await world.kms.verifyMac({ KeyId, Mac, MacAlgorithm, Message });
  }),
  refuses(
    "VerifyMac",
    "a MAC of another message",
    { code: "KMSInvalidMacException", message: "" },
    async (world) => {
      const { KeyId, Mac, MacAlgorithm } = await generateMac(world);
      return await world.kms.verifyMac({ KeyId, Mac, MacAlgorithm, Message: Buffer.from("b") });
    },
  ),
];
