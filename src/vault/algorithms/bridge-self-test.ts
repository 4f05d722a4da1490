/**
 * What the bridge to OpenSSL must prove before the vault relies on it. A call that lost a
 * parameter would still make signatures, of something else, and verify them too: so each
 * kind is held against node:crypto, or against an answer that is published.
 */
import { createHash, createPublicKey, hash, verify } from "node:crypto";
import { readKey } from "./key-specs.ts";
import type { OpenSsl } from "./openssl.ts";
import { signPrepared } from "./prepared-signatures.ts";
import { ed25519Key, rawPublicKey, rfc6979Key } from "./self-test-keys.ts";
import { signatureAlgorithm } from "./signature-algorithms.ts";

const message = Buffer.from("abc");
/** RFC 8032, 7.3: the seed, and the signature of "abc". */
const ed25519Seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42";
const ed25519phAnswer =
  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41" +
  "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";

/** Throws at the first answer that is not the right one. */
export async function testBridge(openSsl: OpenSsl): Promise<void> {
  await testDigest(openSsl);
  await testPrehash(openSsl);
  await testMu(openSsl);
}

async function testDigest(openSsl: OpenSsl): Promise<void> {
  const key = rfc6979Key();
  const digest = hash("sha256", message, "buffer");
  const signature = await signPrepared(openSsl, signatureAlgorithm("ECDSA_SHA_256"), digest, key);
  requireRight(verify("sha256", message, createPublicKey(key), signature), "ECDSA over a digest");
}

async function testPrehash(openSsl: OpenSsl): Promise<void> {
  const key = ed25519Key(ed25519Seed);
  const signature = await signPrepared(
    openSsl,
    signatureAlgorithm("ED25519_PH_SHA_512"),
    message,
    key,
  );
  requireRight(signature.toString("hex") === ed25519phAnswer, "Ed25519ph");
}

async function testMu(openSsl: OpenSsl): Promise<void> {
  const key = readKey("ML_DSA_44", Buffer.alloc(32));
  // FIPS 204, algorithm 7, with an empty context.
  const mu = shake(Buffer.concat([shake(rawPublicKey(key)), Buffer.alloc(2), message]));
  const signature = await signPrepared(openSsl, signatureAlgorithm("ML_DSA_SHAKE_256"), mu, key);
  requireRight(verify(undefined, message, createPublicKey(key), signature), "ML-DSA over µ");
}

function shake(bytes: Uint8Array): Buffer {
  return createHash("shake256", { outputLength: 64 }).update(bytes).digest();
}

function requireRight(isRight: boolean, name: string): void {
  if (!isRight) throw new Error(`self-test of the bridge to OpenSSL failed: ${name}`);
}
