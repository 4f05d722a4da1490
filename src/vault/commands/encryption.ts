import { limits } from "../../vault-protocol/command-codecs.ts";
import type { SentKeyMaterial } from "../../vault-protocol/command-codecs.ts";
import type { Refusal } from "../../vault-protocol/commands.ts";
import { openBlob, sealBlob } from "../ciphertext-blob.ts";
import { isRefusal, malformed, rejected } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** Encryption and decryption with a symmetric KMS key. */
export function encryptionCommands(state: VaultState): HandlersOf<"encrypt" | "decrypt"> {
  return {
    encrypt({ material, encryptionContext, plaintext }) {
      if (plaintext.length > limits.plaintext) return malformed;
      return sealWith(material, encryptionContext, plaintext, state);
    },

    decrypt({ material, encryptionContext, ciphertextBlob }) {
      return openWith(material, encryptionContext, ciphertextBlob, state);
    },
  };
}

/** Seals a plaintext with the key material of a request. */
export function sealWith(
  sent: SentKeyMaterial,
  encryptionContext: Uint8Array,
  plaintext: Uint8Array,
  { materials, nonces }: VaultState,
): { ciphertextBlob: Buffer } | Refusal {
  if (encryptionContext.length > limits.encryptionContext) return malformed;
  const material = materials.load(sent);
  if (isRefusal(material)) return material;
  return { ciphertextBlob: sealBlob(material, encryptionContext, plaintext, nonces) };
}

/** Opens a ciphertext blob with the key material of a request. */
export function openWith(
  sent: SentKeyMaterial,
  encryptionContext: Uint8Array,
  ciphertextBlob: Uint8Array,
  { materials }: VaultState,
): { plaintext: Buffer } | Refusal {
  if (encryptionContext.length > limits.encryptionContext) return malformed;
  const material = materials.load(sent);
  if (isRefusal(material)) return material;
  const plaintext = openBlob(material, encryptionContext, ciphertextBlob);
  return plaintext === undefined ? rejected : { plaintext };
}
