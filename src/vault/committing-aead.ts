/**
 * The one authenticated encryption of the vault: AES-256-GCM under a key of its own for
 * each message, with a commitment to key, nonces and associated data in front of it. Every
 * wrapped key, message and token is made here.
 *
 * Sealed: nonce (16) | IV (12) | commitment (32) | ciphertext | tag (16).
 */
import { hash, timingSafeEqual } from "node:crypto";
import { type GcmInput, decrypt, encryptInto, tagBytes } from "./gcm.ts";
import type { HmacKey } from "./hmac-key.ts";
import { type Label, deriveInto } from "./kdf.ts";
import type { NoncePool } from "./nonce-pool.ts";
import { newSecret } from "./secret-bytes.ts";

const nonceBytes = 16;
const ivBytes = 12;
const commitmentBytes = 32;
const messageKeyBytes = 32;

/** Nonce and IV: random, and chosen before the associated data, which may contain them. */
export const randomPrefixBytes = nonceBytes + ivBytes;
const headBytes = randomPrefixBytes + commitmentBytes;
/** How much longer a message is when it is sealed. */
export const overheadBytes = headBytes + tagBytes;

/** What is being sealed or opened: under which key, for which use, bound to what. */
export interface Binding {
  readonly key: HmacKey;
  readonly label: Label;
  readonly associatedData: Uint8Array;
}

/** Seals a message under fresh nonces. */
export function seal(binding: Binding, message: Uint8Array, nonces: NoncePool): Buffer {
  const sealed = Buffer.allocUnsafe(overheadBytes + message.length);
  nonces.fill(sealed, 0, randomPrefixBytes);
  sealInto(sealed, binding, message);
  return sealed;
}

/** Seals a message into `sealed`, where nonce and IV stand already. They must be fresh. */
export function sealInto(sealed: Uint8Array, binding: Binding, message: Uint8Array): void {
  if (sealed.length !== overheadBytes + message.length) throw new Error("no room to seal into");
  try {
    deriveMessageKey(binding, sealed.subarray(0, randomPrefixBytes));
    sealed.set(commitment, randomPrefixBytes);
    encryptInto(sealed, headBytes, gcmInput(binding, sealed), message);
  } finally {
    derived.fill(0);
  }
}

/** The message, in a buffer for the caller to wipe; nothing when it was not sealed for this binding. */
export function open(binding: Binding, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < overheadBytes) return undefined;
  try {
    deriveMessageKey(binding, sealed.subarray(0, randomPrefixBytes));
    // The commitment comes first: a message made to open under two keys is never decrypted.
    if (!timingSafeEqual(commitment, sealed.subarray(randomPrefixBytes, headBytes))) {
      return undefined;
    }
    return decrypt(gcmInput(binding, sealed), sealed.subarray(headBytes));
  } finally {
    derived.fill(0);
  }
}

function gcmInput({ associatedData }: Binding, sealed: Uint8Array): GcmInput {
  const iv = sealed.subarray(nonceBytes, randomPrefixBytes);
  return { key: messageKey, iv, associatedData };
}

// Everything here is synchronous, so one place for the derived keys is enough for all.
const derived = newSecret(messageKeyBytes + commitmentBytes);
const messageKey = derived.subarray(0, messageKeyBytes);
const commitment = derived.subarray(messageKeyBytes);
const context = newSecret(randomPrefixBytes + 32);

function deriveMessageKey(binding: Binding, randomPrefix: Uint8Array): void {
  context.set(randomPrefix);
  // As a string, because hash() makes a short one twice as fast as a Buffer; one character
  // is one byte.
  context.write(hash("sha256", binding.associatedData, "binary"), randomPrefixBytes, "binary");
  deriveInto(derived, binding.key, binding.label, context);
}
