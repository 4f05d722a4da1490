/** Signatures by EVP_PKEY_sign and EVP_PKEY_verify, on Node's thread pool. */
import type { KeyObject } from "node:crypto";
import { type OpenSsl, type Pointer, call } from "./openssl.ts";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";

/** Longer than any signature: ML_DSA_87 makes 4,627 bytes. */
const signatureRoom = 8_192;

/**
 * Signs prepared bytes, and verifies the signature before it leaves: a fault in computing
 * it could give the private key away.
 */
export async function signPrepared(
  openSsl: OpenSsl,
  algorithm: SignatureAlgorithm,
  prepared: Buffer,
  key: KeyObject,
): Promise<Buffer> {
  const room = Buffer.alloc(signatureRoom);
  const length: [number] = [signatureRoom];
  const context = begin(openSsl, "sign", algorithm, key);
  try {
    const done = await call(openSsl.sign, context, room, length, prepared, prepared.length);
    const signature = room.subarray(0, length[0]);
    const isSound =
      done === 1 && (await verifyPrepared(openSsl, algorithm, { prepared, signature }, key));
    if (isSound) return signature;
  } finally {
    openSsl.freeContext(context);
  }
  throw new Error("a digest could not be signed");
}

/** Whether the signature is genuine; anything that is not even a signature is not. */
export async function verifyPrepared(
  openSsl: OpenSsl,
  algorithm: SignatureAlgorithm,
  { prepared, signature }: { readonly prepared: Buffer; readonly signature: Buffer },
  key: KeyObject,
): Promise<boolean> {
  const context = begin(openSsl, "verify", algorithm, key);
  const input = [signature, signature.length, prepared, prepared.length] as const;
  try {
    return (await call(openSsl.verify, context, ...input)) === 1;
  } finally {
    openSsl.freeContext(context);
  }
}

type Purpose = "sign" | "verify";

/** A context of this one signature's own, ready to work. */
function begin(
  openSsl: OpenSsl,
  purpose: Purpose,
  algorithm: SignatureAlgorithm,
  key: KeyObject,
): Pointer {
  const context = openSsl.newContext(openSsl.keyOf(key), null);
  if (context === null) throw new Error("OpenSSL has no memory for a signature");
  const isReady =
    algorithm.hash === undefined
      ? beginAs(openSsl, purpose, context, key)
      : beginOverDigest(openSsl, purpose, context, algorithm);
  if (isReady) return context;
  openSsl.freeContext(context);
  throw new Error("OpenSSL refused the parameters of a signature");
}

/** RSA and ECDSA: what comes is the digest itself. */
function beginOverDigest(
  { beginSign, beginVerify, set }: OpenSsl,
  purpose: Purpose,
  context: Pointer,
  { hash, padding }: SignatureAlgorithm,
): boolean {
  const settings: [string, string][] = [];
  if (padding !== undefined) settings.push(["rsa_padding_mode", padding]);
  if (hash !== undefined) settings.push(["digest", hash]);
  if (padding === "pss") settings.push(["rsa_pss_saltlen", "digest"]);
  const beginning = purpose === "sign" ? beginSign : beginVerify;
  return (
    beginning(context) === 1 && settings.every(([name, value]) => set(context, name, value) === 1)
  );
}

/** Ed25519ph (RFC 8032, 5.1) hashes what comes once more; ML-DSA is told that µ comes. */
function beginAs(openSsl: OpenSsl, purpose: Purpose, context: Pointer, key: KeyObject): boolean {
  const beginning = purpose === "sign" ? openSsl.beginSignAs : openSsl.beginVerifyAs;
  const type = key.asymmetricKeyType ?? "";
  if (type === "ed25519") return beginning(context, openSsl.signature("ed25519ph"), null) === 1;
  // By ctrl_str, which copies what it is given: an OSSL_PARAM would go on pointing at
  // strings that the bridge frees when the call returns.
  return (
    beginning(context, openSsl.signature(type), null) === 1 && openSsl.set(context, "mu", "1") === 1
  );
}
