/**
 * Key material that a customer made: whether it is what the key spec says, and the one
 * form in which it is kept. OpenSSL reads more than may be taken here: curves spelled out
 * by their parameters, RSA keys of three primes, halves that do not belong together.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { hmacBytesOf, publicHalfOf } from "./key-specs.ts";
import type { SignatureAlgorithm } from "./signature-algorithms.ts";
import { signMessage } from "./signatures.ts";

/** Key material as it is kept, for the caller to wipe, and its public half where it has one. */
export interface ImportedMaterial {
  readonly material: Buffer;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey?: Buffer;
}

const symmetricBytes = 32;
const maximumHmacBytes = 128;
const leastExponent = 0x1_0001n;

/** What a private key must be, by key spec. A curve spelled out makes the public key longer. */
interface ImportedPair {
  readonly type: "rsa" | "ec" | "ed25519";
  readonly modulusBits?: number;
  readonly curve?: string;
  readonly publicKeyBytes?: number;
}

const pairs: ReadonlyMap<string, ImportedPair> = new Map<string, ImportedPair>([
  ["RSA_2048", { type: "rsa", modulusBits: 2048 }],
  ["RSA_3072", { type: "rsa", modulusBits: 3072 }],
  ["RSA_4096", { type: "rsa", modulusBits: 4096 }],
  ["ECC_NIST_P256", { type: "ec", curve: "prime256v1", publicKeyBytes: 91 }],
  ["ECC_NIST_P384", { type: "ec", curve: "secp384r1", publicKeyBytes: 120 }],
  ["ECC_NIST_P521", { type: "ec", curve: "secp521r1", publicKeyBytes: 158 }],
  ["ECC_SECG_P256K1", { type: "ec", curve: "secp256k1", publicKeyBytes: 88 }],
  ["ECC_NIST_EDWARDS25519", { type: "ed25519", publicKeyBytes: 44 }],
]);

/** Nothing unless these bytes are key material of the spec: raw bytes, or a private key in PKCS#8. */
export async function readImported(
  keySpec: string,
  given: Buffer,
): Promise<ImportedMaterial | undefined> {
  const pair = pairs.get(keySpec);
  if (pair !== undefined) return await readPair(pair, given);
  return isRawMaterial(keySpec, given.length) ? { material: Buffer.from(given) } : undefined;
}

/** Whether these bytes are a public key, in DER SubjectPublicKeyInfo as it is kept. */
export function isPublicKey(given: Uint8Array): boolean {
  const key = Buffer.from(given);
  try {
    const publicKey = createPublicKey({ key, type: "spki", format: "der" });
    return publicKey.export({ type: "spki", format: "der" }).equals(key);
  } catch {
    return false;
  }
}

function isRawMaterial(keySpec: string, lengthBytes: number): boolean {
  if (keySpec === "SYMMETRIC_DEFAULT") return lengthBytes === symmetricBytes;
  const least = hmacBytesOf(keySpec);
  return least !== undefined && lengthBytes >= least && lengthBytes <= maximumHmacBytes;
}

async function readPair(
  expected: ImportedPair,
  given: Buffer,
): Promise<ImportedMaterial | undefined> {
  const key = readPrivateKey(given);
  if (key === undefined || !isExpected(key, expected)) return undefined;
  const publicKey = publicHalfOf(key);
  const { publicKeyBytes = publicKey.length } = expected;
  if (publicKey.length !== publicKeyBytes || !(await belongTogether(key))) return undefined;
  return { material: key.export({ type: "pkcs8", format: "der" }), publicKey };
}

function readPrivateKey(given: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: given, type: "pkcs8", format: "der" });
  } catch {
    return undefined;
  }
}

function isExpected(key: KeyObject, { type, modulusBits, curve }: ImportedPair): boolean {
  if (key.asymmetricKeyType !== type) return false;
  const details = key.asymmetricKeyDetails ?? {};
  if (details.modulusLength !== modulusBits || details.namedCurve !== curve) return false;
  return type !== "rsa" || (hasTwoPrimes(key) && (details.publicExponent ?? 0n) >= leastExponent);
}

/** RSAPrivateKey (RFC 8017, A.1.2) begins with its version: 0 for two primes, 1 for more. */
function hasTwoPrimes(key: KeyObject): boolean {
  const der = key.export({ type: "pkcs1", format: "der" });
  const isFirstVersion = der.subarray(4, 7).equals(Buffer.of(0x02, 0x01, 0x00));
  der.fill(0);
  return isFirstVersion;
}

/** Whether the public half is that of the private one: what one signs, the other verifies. */
async function belongTogether(key: KeyObject): Promise<boolean> {
  const algorithm: SignatureAlgorithm = {
    keySpecs: [],
    hash: key.asymmetricKeyType === "ed25519" ? undefined : "sha256",
    takesMessages: true,
  };
  const message = Buffer.from("pairwise consistency");
  return await signMessage(algorithm, message, key).then(
    () => true,
    () => false,
  );
}
