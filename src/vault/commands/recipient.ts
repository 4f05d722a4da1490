import type { KeyObject } from "node:crypto";
import type { Refusal } from "../../vault-protocol/commands.ts";
import { envelopeFor, readRecipientKey } from "../algorithms/enveloped-data.ts";
import { isRefusal, malformed } from "../refusals.ts";
import type { HandlersOf, VaultHandlers } from "./handlers.ts";

/** The commands of the same work whose plaintext goes to whoever asked. */
type Plain = Pick<
  VaultHandlers,
  | "decrypt"
  | "rsaDecrypt"
  | "deriveSharedSecret"
  | "generateDataKey"
  | "generateDataKeyPair"
  | "generateRandom"
>;

type ForRecipient =
  | "decryptForRecipient"
  | "rsaDecryptForRecipient"
  | "deriveSharedSecretForRecipient"
  | "generateDataKeyForRecipient"
  | "generateDataKeyPairForRecipient"
  | "generateRandomForRecipient";

/** Plaintexts for attested recipients: they leave the vault in an envelope and in no other way. */
export function recipientCommands(plain: Plain): HandlersOf<ForRecipient> {
  return {
    decryptForRecipient({ recipientPublicKey, ...request }) {
      const recipient = readRecipientKey(recipientPublicKey);
      if (recipient === undefined) return malformed;
      const done = plain.decrypt(request);
      return isRefusal(done) ? done : enclose(done.plaintext, recipient);
    },

    async rsaDecryptForRecipient({ recipientPublicKey, ...request }) {
      const recipient = readRecipientKey(recipientPublicKey);
      if (recipient === undefined) return malformed;
      const done = await plain.rsaDecrypt(request);
      return isRefusal(done) ? done : enclose(done.plaintext, recipient);
    },

    async deriveSharedSecretForRecipient({ recipientPublicKey, ...request }) {
      const recipient = readRecipientKey(recipientPublicKey);
      if (recipient === undefined) return malformed;
      const done = await plain.deriveSharedSecret(request);
      return isRefusal(done) ? done : enclose(done.sharedSecret, recipient);
    },

    generateDataKeyForRecipient({ recipientPublicKey, ...request }) {
      const recipient = readRecipientKey(recipientPublicKey);
      if (recipient === undefined) return malformed;
      const done = plain.generateDataKey(request);
      if (isRefusal(done)) return done;
      const { plaintext, ...rest } = done;
      return withRest(enclose(plaintext, recipient), rest);
    },

    async generateDataKeyPairForRecipient({ recipientPublicKey, ...request }) {
      const recipient = readRecipientKey(recipientPublicKey);
      if (recipient === undefined) return malformed;
      const done = await plain.generateDataKeyPair(request);
      if (isRefusal(done)) return done;
      const { privateKey, ...rest } = done;
      return withRest(enclose(privateKey, recipient), rest);
    },

    generateRandomForRecipient({ recipientPublicKey, ...request }) {
      const recipient = readRecipientKey(recipientPublicKey);
      if (recipient === undefined) return malformed;
      const done = plain.generateRandom(request);
      return isRefusal(done) ? done : enclose(done.bytes, recipient);
    },
  };
}

type Enclosed = { readonly envelope: Buffer } | Refusal;

/** Wipes the plaintext, whatever comes of it. */
function enclose(plaintext: Uint8Array, recipient: KeyObject): Enclosed {
  try {
    const envelope = envelopeFor(recipient, plaintext);
    return envelope === undefined ? malformed : { envelope };
  } finally {
    plaintext.fill(0);
  }
}

function withRest<Rest extends object>(
  enclosed: Enclosed,
  rest: Rest,
): (Rest & { readonly envelope: Buffer }) | Refusal {
  return isRefusal(enclosed) ? enclosed : { ...rest, ...enclosed };
}
