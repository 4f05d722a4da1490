import type { KeyObject } from "node:crypto";
import type { SentKeyMaterial, SentRequest } from "../../vault-protocol/command-codecs.ts";
import type { Refusal } from "../../vault-protocol/commands.ts";
import { decryptOaep, encryptOaep, isOaep } from "../algorithms/rsa-encryption.ts";
import { isRefusal, malformed, rejected, tooLong, unsupported } from "../refusals.ts";
import { openWith, sealWith } from "./encryption.ts";
import type { LoadedKey } from "../private-keys.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";
import { keptMaterial } from "./kept-material.ts";

const usage = "ENCRYPT_DECRYPT";
const symmetric = "SYMMETRIC_DEFAULT";
const sm2Encryption = "SM2PKE";

/** Encryption to RSA and SM2 keys, and ReEncrypt, which knows symmetric ones too. */
export function rsaCommands(
  state: VaultState,
): HandlersOf<"rsaEncrypt" | "rsaDecrypt" | "reEncrypt"> {
  return {
    rsaEncrypt: async ({ material, algorithm, plaintext }) =>
      await encryptWith(material, algorithm, plaintext, state),

    rsaDecrypt: async ({ material, algorithm, ciphertext }) =>
      await decryptWith(material, algorithm, kept(ciphertext), state),

    async reEncrypt(request) {
      const destination = keptMaterial(request.destination);
      const context = kept(request.destinationEncryptionContext);
      const opened = await openSource(request, state);
      if (isRefusal(opened)) return opened;
      try {
        if (request.destinationAlgorithm === symmetric) {
          return sealWith(destination, context, opened.plaintext, state);
        }
        const { destinationAlgorithm: algorithm } = request;
        const sealed = await encryptWith(destination, algorithm, opened.plaintext, state);
        return isRefusal(sealed) ? sealed : { ciphertextBlob: sealed.ciphertext };
      } finally {
        opened.plaintext.fill(0);
      }
    },
  };
}

type Opened = { readonly plaintext: Buffer } | Refusal;

async function openSource(request: SentRequest<"reEncrypt">, state: VaultState): Promise<Opened> {
  const { source, sourceAlgorithm, sourceEncryptionContext, ciphertextBlob } = request;
  if (sourceAlgorithm === symmetric) {
    return openWith(source, sourceEncryptionContext, ciphertextBlob, state);
  }
  return await decryptWith(source, sourceAlgorithm, kept(ciphertextBlob), state);
}

/** The plaintext may be only lent: it is not looked at once this has returned. */
async function encryptWith(
  material: SentKeyMaterial,
  algorithm: string,
  plaintext: Uint8Array,
  state: VaultState,
): Promise<{ ciphertext: Buffer } | Refusal> {
  const key = keyFor(algorithm, material, state);
  if (isRefusal(key)) return key;
  if (!isOaep(algorithm)) return await encryptSm2(kept(plaintext), key.object, state);
  const ciphertext = encryptOaep(algorithm, plaintext, key.object);
  return ciphertext === undefined ? tooLong : { ciphertext };
}

async function encryptSm2(
  plaintext: Buffer,
  key: KeyObject,
  { sm2, slow }: VaultState,
): Promise<{ ciphertext: Buffer } | Refusal> {
  try {
    if (sm2 === undefined) return unsupported;
    return await slow.others.run(async () => {
      const ciphertext = await sm2.encrypt(plaintext, key);
      return ciphertext === undefined ? tooLong : { ciphertext };
    });
  } finally {
    plaintext.fill(0);
  }
}

/** The ciphertext is kept until the work is done. */
async function decryptWith(
  material: SentKeyMaterial,
  algorithm: string,
  ciphertext: Buffer,
  state: VaultState,
): Promise<Opened> {
  const key = keyFor(algorithm, material, state);
  if (isRefusal(key)) return key;
  const { sm2, slow } = state;
  if (!isOaep(algorithm) && sm2 === undefined) return unsupported;
  return await slow.others.run(async () => {
    const plaintext = isOaep(algorithm)
      ? await decryptOaep(algorithm, ciphertext, key.object)
      : await sm2?.decrypt(ciphertext, key.object);
    return plaintext === undefined ? rejected : { plaintext };
  });
}

/** A key that the algorithm is for. */
function keyFor(
  algorithm: string,
  material: SentKeyMaterial,
  { privateKeys }: VaultState,
): LoadedKey | Refusal {
  if (!isOaep(algorithm) && algorithm !== sm2Encryption) return malformed;
  const key = privateKeys.load(material, usage);
  if (isRefusal(key)) return key;
  return (key.facts.keySpec === "SM2") === (algorithm === sm2Encryption) ? key : malformed;
}
