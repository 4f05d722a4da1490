/**
 * What the bridge to OpenSSL must prove before the vault relies on it. A call that lost a
 * parameter would still make signatures, of something else, and verify them too: so each
 * kind is held against node:crypto, or against an answer that is published.
 */
import { createHash, createPublicKey, hash, verify } from "node:crypto";
import { readKey } from "./key-specs.ts";
import type { OpenSsl } from "./openssl.ts";
import { signPrepared, verifyPrepared } from "./prepared-signatures.ts";
import { ed25519Key, rawPublicKey, rfc6979Key, sm2Key } from "./self-test-keys.ts";
import { signatureAlgorithm } from "./signature-algorithms.ts";
import { sm2Digest } from "./sm2-digest.ts";
import { decryptSm2 } from "./sm2-encryption.ts";

const message = Buffer.from("abc");
/** RFC 8032, 7.3: the seed, and the signature of "abc". */
const ed25519Seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42";
const ed25519phAnswer =
  "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41" +
  "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";

/** GB/T 32918.5, A.2 and C.2: the signature of "message digest", and "encryption standard" encrypted. */
const sm2Signature =
  "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
  "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
const sm2Ciphertext =
  "307c022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73" +
  "022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0" +
  "042059983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766" +
  "041321886ca989ca9c7d58087307ca93092d651efa";

/** Throws at the first answer that is not the right one. */
export async function testBridge(openSsl: OpenSsl): Promise<void> {
  await testDigest(openSsl);
  await testPrehash(openSsl);
  await testMu(openSsl);
  await testSm2Signature(openSsl);
  await testSm2Decryption(openSsl);
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

async function testSm2Signature(openSsl: OpenSsl): Promise<void> {
  const key = sm2Key();
  const signature = Buffer.from(sm2Signature, "hex");
  const verified = async (text: string): Promise<boolean> => {
    const prepared = sm2Digest(Buffer.from(text), key);
    const input = { prepared, signature };
    return await verifyPrepared(openSsl, signatureAlgorithm("SM2DSA"), input, key);
  };
  const isRight = (await verified("message digest")) && !(await verified("Message digest"));
  requireRight(isRight, "SM2 signatures");
}

async function testSm2Decryption(openSsl: OpenSsl): Promise<void> {
  const plaintext = await decryptSm2(openSsl, Buffer.from(sm2Ciphertext, "hex"), sm2Key());
  requireRight(plaintext?.toString() === "encryption standard", "SM2 decryption");
}

function shake(bytes: Uint8Array): Buffer {
  return createHash("shake256", { outputLength: 64 }).update(bytes).digest();
}

function requireRight(isRight: boolean, name: string): void {
  if (!isRight) throw new Error(`self-test of the bridge to OpenSSL failed: ${name}`);
}
