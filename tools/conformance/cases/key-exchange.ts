/** Key agreement and key encapsulation. */
import { generateKeyPairSync } from "node:crypto";
import { answers, type Case, refuses, words } from "../case.ts";
import type { Kind, World } from "../world.ts";

function publicKeyOf(namedCurve: string): Buffer {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve });
  return publicKey.export({ type: "spki", format: "der" });
}

async function agree(world: World, kind: Kind, PublicKey: Uint8Array) {
  const KeyId = await world.key(kind);
  return await world.kms.deriveSharedSecret({ KeyId, PublicKey, KeyAgreementAlgorithm: "ECDH" });
}

async function encapsulate(world: World, kind: Kind = "encapsulating") {
  const KeyId = await world.key(kind);
  return await world.kms.encapsulate({ KeyId, EncapsulationAlgorithm: "ML_KEM" });
}

const withoutAWord = { code: "ValidationException", message: "" };

export const keyExchangeCases: readonly Case[] = [
  answers(
    "DeriveSharedSecret",
    "with a P-256 key",
    "KeyAgreementAlgorithm KeyId KeyOrigin SharedSecret",
    async (world) => await agree(world, "agreeing", publicKeyOf("prime256v1")),
  ),
  refuses(
    "DeriveSharedSecret",
    "with bytes that are no key",
    withoutAWord,
    async (world) => await agree(world, "agreeing", Buffer.from("no key")),
  ),
  refuses(
    "DeriveSharedSecret",
    "with a key of another curve",
    "ValidationException",
    async (world) => await agree(world, "agreeing", publicKeyOf("secp384r1")),
  ),
  refuses(
    "DeriveSharedSecret",
    "with a key for signing",
    words.usage("DeriveSharedSecret"),
    async (world) => await agree(world, "signing", publicKeyOf("prime256v1")),
  ),
  answers(
    "Encapsulate",
    "with ML_KEM_512",
    "EncapsulationAlgorithm KeyId SharedSecret SharedSecretCiphertextBlob",
    async (world) => await encapsulate(world),
  ),
  refuses(
    "Encapsulate",
    "with a key for encryption",
    words.usage("Encapsulate"),
    async (world) => await encapsulate(world, "symmetric"),
  ),
  answers(
    "Decapsulate",
    "what Encapsulate made",
    "EncapsulationAlgorithm KeyId SharedSecret",
    async (world) => {
      const { KeyId, EncapsulationAlgorithm, SharedSecretCiphertextBlob } =
        await encapsulate(world);
      return await world.kms.decapsulate({
        KeyId,
        EncapsulationAlgorithm,
        SharedSecretCiphertextBlob,
      });
    },
  ),
  refuses(
    "Decapsulate",
    "a ciphertext of another length",
    "InvalidCiphertextException",
    async (world) =>
      await world.kms.decapsulate({
        KeyId: await world.key("encapsulating"),
        EncapsulationAlgorithm: "ML_KEM",
        SharedSecretCiphertextBlob: Buffer.alloc(767),
      }),
  ),
];
