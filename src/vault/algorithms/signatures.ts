/**
 * Signatures over a whole message: on Node's thread pool, so that a slow one keeps nobody
 * waiting. Each is verified before it leaves: a fault in computing it could give the
 * private key away.
 */
import { constants, type KeyObject, sign as cryptoSign, verify as cryptoVerify } from "node:crypto";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";

/** Signs a whole message with a key that fits the algorithm. */
export async function signMessage(
  algorithm: SignatureAlgorithm,
  message: Buffer,
  key: KeyObject,
): Promise<Buffer> {
  const signature = await new Promise<Buffer>((resolve, reject) => {
    cryptoSign(algorithm.hash, message, keyInput(algorithm, key), (error, made) => {
      if (error === null) resolve(made);
      else reject(error);
    });
  });
  if (await verifyMessage(algorithm, message, signature, key)) return signature;
  throw new Error("a signature that was just made does not verify");
}

/** Whether the signature is genuine; anything that is not even a signature is not. */
export async function verifyMessage(
  algorithm: SignatureAlgorithm,
  message: Buffer,
  signature: Buffer,
  key: KeyObject,
): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const input = keyInput(algorithm, key);
    // What OpenSSL cannot even read is not a signature.
    cryptoVerify(algorithm.hash, message, input, signature, (error, valid) => {
      resolve(error === null && valid);
    });
  });
}

function keyInput({ padding }: SignatureAlgorithm, key: KeyObject) {
  if (padding === undefined) return { key, dsaEncoding: "der" as const };
  if (padding === "pkcs1") return { key, padding: constants.RSA_PKCS1_PADDING };
  return {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
}
