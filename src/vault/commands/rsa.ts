import type { SentKeyMaterial, SentRequest } from "../../vault-protocol/command-codecs.ts";
import type { Refusal } from "../../vault-protocol/commands.ts";
import { decryptOaep, encryptOaep, isOaep } from "../algorithms/rsa-encryption.ts";
import { isRefusal, malformed, rejected, tooLong } from "../refusals.ts";
import { openWith, sealWith } from "./encryption.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";
import { keptMaterial } from "./kept-material.ts";

const usage = "ENCRYPT_DECRYPT";
const symmetric = "SYMMETRIC_DEFAULT";

/** RSA encryption, and ReEncrypt, which knows both kinds of keys. */
export function rsaCommands(
  state: VaultState,
): HandlersOf<"rsaEncrypt" | "rsaDecrypt" | "reEncrypt"> {
  return {
    rsaEncrypt: ({ material, algorithm, plaintext }) =>
      encryptWith(material, algorithm, plaintext, state),

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
        const sealed = encryptWith(destination, algorithm, opened.plaintext, state);
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

function encryptWith(
  material: SentKeyMaterial,
  algorithm: string,
  plaintext: Uint8Array,
  { privateKeys }: VaultState,
): { ciphertext: Buffer } | Refusal {
  if (!isOaep(algorithm)) return malformed;
  const key = privateKeys.load(material, usage);
  if (isRefusal(key)) return key;
  const ciphertext = encryptOaep(algorithm, plaintext, key.object);
  return ciphertext === undefined ? tooLong : { ciphertext };
}

/** The ciphertext is kept until the work is done. */
async function decryptWith(
  material: SentKeyMaterial,
  algorithm: string,
  ciphertext: Buffer,
  { privateKeys, slow }: VaultState,
): Promise<Opened> {
  if (!isOaep(algorithm)) return malformed;
  const key = privateKeys.load(material, usage);
  if (isRefusal(key)) return key;
  return await slow.others.run(async () => {
    const plaintext = await decryptOaep(algorithm, ciphertext, key.object);
    return plaintext === undefined ? rejected : { plaintext };
  });
}
