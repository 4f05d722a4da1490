/** What SM2 keys do besides signing. node:crypto cannot use them, so all of it goes by the bridge. */
import type { KeyObject } from "node:crypto";
import type { Bridge } from "./bridge.ts";
import { agreeSm2 } from "./sm2-agreement.ts";
import { decryptSm2, encryptSm2 } from "./sm2-encryption.ts";

export class Sm2 {
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** Nothing when the plaintext is too long. */
  async encrypt(plaintext: Buffer, key: KeyObject): Promise<Buffer | undefined> {
    return await encryptSm2(await this.#bridge.openSsl(), plaintext, key);
  }

  /** The plaintext, for the caller to wipe; nothing for any fault of the ciphertext. */
  async decrypt(ciphertext: Buffer, key: KeyObject): Promise<Buffer | undefined> {
    return await decryptSm2(await this.#bridge.openSsl(), ciphertext, key);
  }

  /** The shared x coordinate, for the caller to wipe; nothing unless the public key is one of SM2. */
  async agree(publicKey: Buffer, key: KeyObject): Promise<Buffer | undefined> {
    return await agreeSm2(await this.#bridge.openSsl(), publicKey, key);
  }
}
