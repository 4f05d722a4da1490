import { type SentRequest, limits } from "../../vault-protocol/command-codecs.ts";
import type { NoncePool } from "../nonce-pool.ts";
import { isRefusal, malformed } from "../refusals.ts";
import { newSecret } from "../secret-bytes.ts";
import { sealWith } from "./encryption.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** Random bytes: alone, and as data keys. */
export function generationCommands(
  state: VaultState,
): HandlersOf<"generateDataKey" | "generateDataKeyWithoutPlaintext" | "generateRandom"> {
  return {
    generateDataKey(request) {
      if (!isLength(request.lengthBytes)) return malformed;
      const plaintext = generate(request.lengthBytes, state.nonces);
      const sealed = sealDataKey(request, plaintext, state);
      if (!isRefusal(sealed)) return { plaintext, ...sealed };
      plaintext.fill(0);
      return sealed;
    },

    generateDataKeyWithoutPlaintext(request) {
      if (!isLength(request.lengthBytes)) return malformed;
      const plaintext = generate(request.lengthBytes, state.nonces);
      try {
        return sealDataKey(request, plaintext, state);
      } finally {
        plaintext.fill(0);
      }
    },

    generateRandom({ lengthBytes }) {
      if (!isLength(lengthBytes)) return malformed;
      return { bytes: generate(lengthBytes, state.nonces) };
    },
  };
}

function sealDataKey(
  { material, encryptionContext }: SentRequest<"generateDataKey">,
  plaintext: Buffer,
  state: VaultState,
) {
  return sealWith(material, encryptionContext, plaintext, state);
}

function isLength(lengthBytes: number): boolean {
  return Number.isInteger(lengthBytes) && lengthBytes >= 1 && lengthBytes <= limits.generatedBytes;
}

function generate(lengthBytes: number, nonces: NoncePool): Buffer {
  const bytes = newSecret(lengthBytes);
  nonces.fill(bytes, 0, lengthBytes);
  return bytes;
}
