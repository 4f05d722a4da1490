/** AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP), the direction that imports need. */
import { createDecipheriv } from "node:crypto";

const alternativeInitialValue = Buffer.from("a65959a6", "hex");
const semiblockBytes = 8;
/** Of a wrapped key of at least 16 bytes; shorter ones take another road through the algorithm. */
const leastWrappedBytes = 24;
const ciphers: ReadonlyMap<number, string> = new Map([
  [16, "id-aes128-wrap-pad"],
  [24, "id-aes192-wrap-pad"],
  [32, "id-aes256-wrap-pad"],
]);

/** The key that was wrapped, for the caller to wipe; nothing unless this key wrapped it. */
export function unwrapPadded(wrappingKey: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  const cipher = ciphers.get(wrappingKey.length);
  if (cipher === undefined || wrapped.length < leastWrappedBytes) return undefined;
  if (wrapped.length % semiblockBytes !== 0) return undefined;
  const decipher = createDecipheriv(cipher, wrappingKey, alternativeInitialValue);
  try {
    // All of it comes from update: the cipher works on the whole at once.
    const key = decipher.update(wrapped);
    decipher.final();
    return key;
  } catch {
    return undefined;
  }
}
