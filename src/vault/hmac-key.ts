import { hash } from "node:crypto";
import { newSecret } from "./secret-bytes.ts";

const blockBytes = 64;
const digestBytes = 32;

/** Room that a framed message leaves in front for the inner pad. */
export const padBytes = blockBytes;

const outerFrame = newSecret(blockBytes + digestBytes);

/**
 * A key for HMAC-SHA-256 (RFC 2104, FIPS 198-1), kept as its two padded forms.
 *
 * Not a KeyObject, because that can only be dropped and lives on until the collector
 * comes, while this can be wiped. It is also the faster of the two for short messages.
 */
export class HmacKey {
  readonly #innerPad = newSecret(blockBytes);
  readonly #outerPad = newSecret(blockBytes);

  /** Copies the key; the caller wipes its own. */
  constructor(key: Uint8Array) {
    const block = newSecret(blockBytes);
    if (key.length > blockBytes) block.set(hash("sha256", key, "buffer"));
    else block.set(key);
    for (const [index, byte] of block.entries()) {
      this.#innerPad[index] = byte ^ 0x36;
      this.#outerPad[index] = byte ^ 0x5c;
    }
    block.fill(0);
  }

  /**
   * Writes the 32-byte MAC of `frame` without its first `padBytes`, which are room for
   * the pad, to `into` at `at`. The pad stays in the frame: the caller wipes it.
   */
  macFramed(frame: Uint8Array, into: Uint8Array, at: number): void {
    frame.set(this.#innerPad);
    outerFrame.set(this.#outerPad);
    // The inner digest is of no use without the outer pad, so it may be a string, which
    // hash() makes twice as fast as a Buffer; one character is one byte.
    outerFrame.write(hash("sha256", frame, "binary"), blockBytes, "binary");
    const mac = hash("sha256", outerFrame, "buffer");
    into.set(mac, at);
    mac.fill(0);
    outerFrame.fill(0);
  }

  /** The 32-byte MAC of a message. */
  mac(message: Uint8Array): Buffer {
    const frame = newSecret(padBytes + message.length);
    frame.set(message, padBytes);
    const mac = newSecret(digestBytes);
    this.macFramed(frame, mac, 0);
    frame.fill(0);
    return mac;
  }

  /** Wipes the key. Whoever uses it afterwards uses a key of zeros, so nobody may. */
  wipe(): void {
    this.#innerPad.fill(0);
    this.#outerPad.fill(0);
  }
}
