/**
 * Signatures over what the caller has prepared: a digest, or the µ of ML-DSA. node:crypto
 * has no call for them, so they are made by EVP_PKEY_sign and EVP_PKEY_verify of the
 * OpenSSL inside Node: the same constant-time code that signs messages.
 */
import type { KeyObject } from "node:crypto";
import type { Bridge } from "./bridge.ts";
import { signPrepared, verifyPrepared } from "./prepared-signatures.ts";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";

export class DigestSignatures {
  readonly #bridge: Bridge;

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  /** Signs prepared bytes of the length that the algorithm takes, with a key that fits it. */
  async sign(algorithm: SignatureAlgorithm, prepared: Buffer, key: KeyObject): Promise<Buffer> {
    return await signPrepared(await this.#bridge.openSsl(), algorithm, prepared, key);
  }

  /** Whether the signature is genuine; anything that is not even a signature is not. */
  async verify(
    algorithm: SignatureAlgorithm,
    prepared: Buffer,
    signature: Buffer,
    key: KeyObject,
  ): Promise<boolean> {
    const openSsl = await this.#bridge.openSsl();
    return await verifyPrepared(openSsl, algorithm, { prepared, signature }, key);
  }
}
