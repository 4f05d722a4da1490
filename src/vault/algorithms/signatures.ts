/**
 * Signatures over a message, one row for each algorithm: on Node's thread pool, so that a
 * slow one keeps nobody waiting. Each RSA and ECDSA signature is verified before it
 * leaves: a fault in computing it could give the private key away.
 */
import { constants, type KeyObject, sign as cryptoSign, verify as cryptoVerify } from "node:crypto";

export interface SignatureAlgorithm {
  /** What OpenSSL calls the hash; nothing for algorithms that hash in their own way. */
  readonly hash: "sha256" | "sha384" | "sha512" | undefined;
  readonly padding?: "pkcs1" | "pss";
  readonly digestBytes?: number;
}

export const signatureAlgorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  RSASSA_PKCS1_V1_5_SHA_256: { hash: "sha256", padding: "pkcs1", digestBytes: 32 },
  RSASSA_PKCS1_V1_5_SHA_384: { hash: "sha384", padding: "pkcs1", digestBytes: 48 },
  RSASSA_PKCS1_V1_5_SHA_512: { hash: "sha512", padding: "pkcs1", digestBytes: 64 },
  RSASSA_PSS_SHA_256: { hash: "sha256", padding: "pss", digestBytes: 32 },
  RSASSA_PSS_SHA_384: { hash: "sha384", padding: "pss", digestBytes: 48 },
  RSASSA_PSS_SHA_512: { hash: "sha512", padding: "pss", digestBytes: 64 },
  ECDSA_SHA_256: { hash: "sha256", digestBytes: 32 },
  ECDSA_SHA_384: { hash: "sha384", digestBytes: 48 },
  ECDSA_SHA_512: { hash: "sha512", digestBytes: 64 },
  ED25519_SHA_512: { hash: undefined },
  ML_DSA_SHAKE_256: { hash: undefined },
};

/** Signs a whole message. */
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
  const isChecked = algorithm.hash !== undefined;
  if (isChecked && !(await verifyMessage(algorithm, message, signature, key))) {
    throw new Error("a signature that was just made does not verify");
  }
  return signature;
}

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
