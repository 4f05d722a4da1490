/**
 * Signatures over what the caller has prepared: a digest, or the µ of ML-DSA. node:crypto
 * has no call for them, so they are made by EVP_PKEY_sign and EVP_PKEY_verify of the
 * OpenSSL inside Node: the same constant-time code that signs messages.
 */
import type { KeyObject } from "node:crypto";
import { testBridge } from "./bridge-self-test.ts";
import { type OpenSsl, loadOpenSsl } from "./openssl.ts";
import { signPrepared, verifyPrepared } from "./prepared-signatures.ts";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";

/** Loads the bridge to OpenSSL, and tests it, when the first signature is asked for. */
export class DigestSignatures {
  readonly #bridge: string;
  #tested: Promise<OpenSsl> | undefined;

  /** `bridge` is the addon's file. */
  constructor(bridge: string) {
    this.#bridge = bridge;
  }

  /** Signs prepared bytes of the length that the algorithm takes, with a key that fits it. */
  async sign(algorithm: SignatureAlgorithm, prepared: Buffer, key: KeyObject): Promise<Buffer> {
    return await signPrepared(await this.#openSsl(), algorithm, prepared, key);
  }

  /** Whether the signature is genuine; anything that is not even a signature is not. */
  async verify(
    algorithm: SignatureAlgorithm,
    prepared: Buffer,
    signature: Buffer,
    key: KeyObject,
  ): Promise<boolean> {
    return await verifyPrepared(await this.#openSsl(), algorithm, { prepared, signature }, key);
  }

  async #openSsl(): Promise<OpenSsl> {
    this.#tested ??= loadTested(this.#bridge);
    return await this.#tested;
  }
}

async function loadTested(bridge: string): Promise<OpenSsl> {
  const openSsl = loadOpenSsl(bridge);
  await testBridge(openSsl);
  return openSsl;
}
