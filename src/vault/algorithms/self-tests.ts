/** Known answers of the algorithms for keys of customers, each by the road that requests take. */
import { createSecretKey, hash, type KeyObject } from "node:crypto";
import type { SelfTest } from "../self-test.ts";
import { unwrapPadded } from "./aes-key-wrap.ts";
import { agree } from "./key-agreement.ts";
import { decapsulateSecret } from "./key-encapsulation.ts";
import { readKey } from "./key-specs.ts";
import { macOf } from "./macs.ts";
import { decryptOaep } from "./rsa-encryption.ts";
import {
  ed25519Key,
  p256Key,
  rawPublicKey,
  rfc6979Key,
  rsaCiphertext,
  rsaKey,
  rsaSignature,
} from "./self-test-keys.ts";
import { signatureAlgorithm } from "./signature-algorithms.ts";
import { signMessage, verifyMessage } from "./signatures.ts";

const nothing = Buffer.alloc(0);

export const algorithmSelfTests: readonly SelfTest[] = [
  {
    name: "RSA signature",
    answer: hexOf(rsaSignature),
    compute: async () =>
      await signMessage(
        signatureAlgorithm("RSASSA_PKCS1_V1_5_SHA_256"),
        Buffer.from("Test"),
        rsa(),
      ),
  },
  {
    name: "RSA decryption",
    answer: Buffer.from("Test").toString("hex"),
    compute: async () =>
      (await decryptOaep("RSAES_OAEP_SHA_256", Buffer.from(rsaCiphertext, "base64"), rsa())) ??
      nothing,
  },
  { name: "ECDSA verification", answer: "01", compute: verifyKnownSignature },
  { name: "ECDSA signature", answer: "01", compute: signAndVerify },
  {
    // RFC 8032, 7.1, test 2.
    name: "Ed25519 signature",
    answer:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    compute: async () =>
      await signMessage(
        signatureAlgorithm("ED25519_SHA_512"),
        Buffer.of(0x72),
        ed25519Key("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
      ),
  },
  {
    // RFC 5903, 8.1.
    name: "ECDH",
    answer: "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
    compute: agreeWithKnownKey,
  },
  {
    // The public key of a seed of zeros, hashed, and the secret of a ciphertext of zeros.
    name: "ML-KEM",
    answer:
      "52b46f0597ac5cb10c6281ad5731f18d599feaa92ce24d897d4084195b27e448" +
      "87f1e813b72e04874722566e1280d89d8b44b7fdff7d692336d7b87f38e785ce",
    compute: decapsulateZeros,
  },
  {
    // The public key of a seed of zeros, hashed.
    name: "ML-DSA",
    answer: "eb4e7302842153b0fa19e8620739ad258af4929c26dd89079a7ec7d4282208e1",
    compute: () => publicHash(readKey("ML_DSA_44", Buffer.alloc(32))),
  },
  // RFC 4231, test case 2.
  macTest("224", "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"),
  macTest(
    "384",
    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e" +
      "8e2240ca5e69e2c78b3239ecfab21649",
  ),
  macTest(
    "512",
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a" +
      "6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  ),
  {
    // RFC 5649, 6, the first example.
    name: "AES key unwrap with padding",
    answer: "c37b7e6492584340bed12207808941155068f738",
    compute: () =>
      unwrapPadded(
        hex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8"),
        hex("138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"),
      ) ?? nothing,
  },
];

function macTest(bits: string, answer: string): SelfTest {
  const key = { keySpec: `HMAC_${bits}`, key: createSecretKey(Buffer.from("Jefe")) };
  const message = Buffer.from("what do ya want for nothing?");
  return {
    name: `HMAC-SHA-${bits}`,
    answer,
    compute: () => macOf(`HMAC_SHA_${bits}`, message, key) ?? nothing,
  };
}

/** RFC 6979, A.2.5: the signature of "sample" with SHA-256. */
async function verifyKnownSignature(): Promise<Buffer> {
  const signature = hex(
    "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
      "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
  );
  const algorithm = signatureAlgorithm("ECDSA_SHA_256");
  const [sound, other] = [Buffer.from("sample"), Buffer.from("Sample")];
  const isRight =
    (await verifyMessage(algorithm, sound, signature, rfc6979Key())) &&
    !(await verifyMessage(algorithm, other, signature, rfc6979Key()));
  return Buffer.of(isRight ? 1 : 0);
}

/** Two signatures of one message differ: a nonce that repeats would give the key away. */
async function signAndVerify(): Promise<Buffer> {
  return Buffer.of((await newSignature()).equals(await newSignature()) ? 0 : 1);
}

async function newSignature(): Promise<Buffer> {
  return await signMessage(
    signatureAlgorithm("ECDSA_SHA_256"),
    Buffer.from("sample"),
    rfc6979Key(),
  );
}

async function agreeWithKnownKey(): Promise<Buffer> {
  const scalar = "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433";
  const peer =
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004" +
    "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" +
    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab";
  const key = p256Key(scalar);
  return (await agree("ECC_NIST_P256", hex(peer), key)) ?? nothing;
}

function decapsulateZeros(): Buffer {
  const key = readKey("ML_KEM_512", Buffer.alloc(64));
  const secret = decapsulateSecret("ML_KEM_512", Buffer.alloc(768), key) ?? nothing;
  return Buffer.concat([publicHash(key), secret]);
}

function publicHash(key: KeyObject): Buffer {
  return hash("sha256", rawPublicKey(key), "buffer");
}

function rsa(): KeyObject {
  return readKey("RSA_2048", Buffer.from(rsaKey, "base64"));
}

function hex(text: string): Buffer {
  return Buffer.from(text, "hex");
}

function hexOf(base64: string): string {
  return Buffer.from(base64, "base64").toString("hex");
}
