/** Known answers that every primitive must give before the vault serves anyone. */
import { hash } from "node:crypto";
import { algorithmSelfTests } from "./algorithms/self-tests.ts";
import { CannotOpen } from "./cannot-open.ts";
import { type BlobKey, blobKey, openBlob, sealBlobInto } from "./ciphertext-blob.ts";
import { decrypt, encryptInto } from "./gcm.ts";
import { HmacKey } from "./hmac-key.ts";
import { Label, deriveInto } from "./kdf.ts";
import { NoncePool } from "./nonce-pool.ts";

export interface SelfTest {
  readonly name: string;
  /** In hexadecimal. */
  readonly answer: string;
  compute(): Uint8Array | Promise<Uint8Array>;
}

const gcmInput = { key: Buffer.alloc(32), iv: Buffer.alloc(12), associatedData: Buffer.alloc(0) };
/** Test case 14 of "The Galois/Counter Mode of Operation" (McGrew and Viega). */
const gcmAnswer = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919";

const blobAnswer =
  "534b4d01010088f4cdba2d9131925b6b08f5fb1f731a916598125f5c03e3c8918bc5739c6499b1705541" +
  "3ebc75db00054f973f6d64a8406550a1fe98d493b82d99c507bc5165a6f41207374a232eec9e422ee83a" +
  "2eb512fcced4ad06c6a3d3eb9b00900241d6608a9bd15d4a74c6a059c2f80b0cbdc0ea";

export const selfTests: readonly SelfTest[] = [
  {
    // FIPS 180-4, the example of one block.
    name: "SHA-256",
    answer: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    compute: () => hash("sha256", Buffer.from("abc"), "buffer"),
  },
  {
    // RFC 4231, test case 2.
    name: "HMAC-SHA-256",
    answer: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    compute: () =>
      new HmacKey(Buffer.from("Jefe")).mac(Buffer.from("what do ya want for nothing?")),
  },
  {
    name: "SP 800-108 key derivation",
    answer:
      "d6051ea65796884d9da43a02044f286e6421368377a27e8eae525d158b81063d" +
      "d7dae6a8b806eed1ac5abb9b3a8a5b7aca4c87f0b1e4e9a7d584e6f231a83fe2",
    compute: deriveTestKey,
  },
  {
    name: "AES-256-GCM encryption",
    answer: gcmAnswer,
    compute() {
      const sealed = Buffer.alloc(32);
      encryptInto(sealed, 0, gcmInput, Buffer.alloc(16));
      return sealed;
    },
  },
  {
    name: "AES-256-GCM decryption",
    answer: Buffer.alloc(16).toString("hex"),
    compute: () => decrypt(gcmInput, Buffer.from(gcmAnswer, "hex")) ?? Buffer.alloc(0),
  },
  {
    name: "AES-256-GCM refusal of a wrong tag",
    answer: "",
    compute() {
      const sealed = Buffer.from(gcmAnswer, "hex");
      sealed[31] = 0;
      return decrypt(gcmInput, sealed) ?? Buffer.alloc(0);
    },
  },
  { name: "sealing of a ciphertext blob", answer: blobAnswer, compute: sealTestBlob },
  {
    name: "opening of a ciphertext blob",
    answer: Buffer.from("hello").toString("hex"),
    compute: () =>
      openBlob(testKey(), emptyContext, Buffer.from(blobAnswer, "hex")) ?? Buffer.alloc(0),
  },
  { name: "random number generator", answer: "", compute: drawTwice },
  ...algorithmSelfTests,
];

/** Throws CannotOpen, naming the test, at the first answer that differs. */
export async function runSelfTests(tests: readonly SelfTest[] = selfTests): Promise<void> {
  for (const test of tests) {
    if (Buffer.from(await test.compute()).toString("hex") !== test.answer) {
      throw new CannotOpen(`self-test failed: ${test.name}`);
    }
  }
}

const emptyContext = Buffer.alloc(4);

function deriveTestKey(): Buffer {
  const derived = Buffer.alloc(64);
  const key = new HmacKey(Uint8Array.from({ length: 32 }, (_, index) => index));
  deriveInto(derived, key, new Label("self-test"), Buffer.from("context"));
  return derived;
}

function testKey(): BlobKey {
  const material = "04a8000f0d2689092fbd88f2abba617e10a2c21c76ecd7e8cbef7919ae593260";
  return blobKey(new HmacKey(Buffer.from(material, "hex")), {
    reference: Buffer.from("916598125f5c03e3c8918bc5739c6499", "hex"),
    accountId: "111122223333",
    keyId: "88f4cdba-2d91-3192-5b6b-08f5fb1f731a",
    keyMaterialId: "0".repeat(64),
    keySpec: "SYMMETRIC_DEFAULT",
    keyUsage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    multiRegion: false,
    createdAtMs: 0,
  });
}

function sealTestBlob(): Buffer {
  const blob = Buffer.alloc(blobAnswer.length / 2);
  blob.set(Buffer.from("b17055413ebc75db00054f973f6d64a8406550a1fe98d493b82d99c5", "hex"), 38);
  sealBlobInto(blob, testKey(), emptyContext, Buffer.from("hello"));
  return blob;
}

/** Nothing when two draws differ: a generator that repeats itself is out of order. */
function drawTwice(): Buffer {
  const nonces = new NoncePool();
  const draws = [Buffer.alloc(32), Buffer.alloc(32)];
  for (const draw of draws) nonces.fill(draw, 0, draw.length);
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = draws;
  return first.equals(second) ? first : Buffer.alloc(0);
}
