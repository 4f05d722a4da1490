/**
 * What the bridge to OpenSSL must prove before the vault relies on it. A call that lost a
 * parameter would still make signatures, of something else, and verify them too: so each
 * kind is held against node:crypto, or against an answer that is published.
 */
import { createHash, createPrivateKey, createPublicKey, hash, verify } from "node:crypto";
import type { OpenSsl } from "./openssl.ts";
import { signPrepared } from "./prepared-signatures.ts";
import { type SignatureAlgorithm, signatureAlgorithms } from "./signature-algorithms.ts";

const message = Buffer.from("abc");
/** The key of RFC 6979, A.2.5. */
const p256Key =
  "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420" +
  "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
/** RFC 8032, 7.3: the key and its signature of "abc". */
const ed25519Key =
  "302e020100300506032b657004220420" +
  "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42";
const ed25519phAnswer =
  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41" +
  "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";
const spkiHeadBytes = 22;

/** Throws at the first answer that is not the right one. */
export async function testBridge(openSsl: OpenSsl): Promise<void> {
  await testDigest(openSsl);
  await testPrehash(openSsl);
  await testMu(openSsl);
}

async function testDigest(openSsl: OpenSsl): Promise<void> {
  const key = readPkcs8(p256Key);
  const digest = hash("sha256", message, "buffer");
  const signature = await signPrepared(openSsl, rowOf("ECDSA_SHA_256"), digest, key);
  requireRight(verify("sha256", message, createPublicKey(key), signature), "ECDSA over a digest");
}

async function testPrehash(openSsl: OpenSsl): Promise<void> {
  const key = readPkcs8(ed25519Key);
  const signature = await signPrepared(openSsl, rowOf("ED25519_PH_SHA_512"), message, key);
  requireRight(signature.toString("hex") === ed25519phAnswer, "Ed25519ph");
}

async function testMu(openSsl: OpenSsl): Promise<void> {
  const seed = Buffer.alloc(32);
  const key = createPrivateKey({ key: seed, format: "raw-seed", asymmetricKeyType: "ml-dsa-44" });
  const publicKey = createPublicKey(key);
  const spki = publicKey.export({ type: "spki", format: "der" });
  // FIPS 204, algorithm 7, with an empty context.
  const mu = shake(Buffer.concat([shake(spki.subarray(spkiHeadBytes)), Buffer.alloc(2), message]));
  const signature = await signPrepared(openSsl, rowOf("ML_DSA_SHAKE_256"), mu, key);
  requireRight(verify(undefined, message, publicKey, signature), "ML-DSA over µ");
}

function shake(bytes: Uint8Array): Buffer {
  return createHash("shake256", { outputLength: 64 }).update(bytes).digest();
}

function readPkcs8(der: string) {
  return createPrivateKey({ key: Buffer.from(der, "hex"), type: "pkcs8", format: "der" });
}

function rowOf(name: string): SignatureAlgorithm {
  const row = signatureAlgorithms.get(name);
  if (row === undefined) throw new Error(`there is no ${name}`);
  return row;
}

function requireRight(isRight: boolean, name: string): void {
  if (!isRight) throw new Error(`self-test of the bridge to OpenSSL failed: ${name}`);
}
