/** The kinds of keys besides symmetric encryption keys: how each is made and kept. */
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPair,
  type KeyObject,
  randomFillSync,
} from "node:crypto";
import { noteDroppedKey } from "../dropped-keys.ts";
import { newSecret } from "../secret-bytes.ts";

/** A pair of keys that was just made, its private half as it is kept. */
export interface MadePair {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
  /** For the caller to wipe. */
  readonly privateKey: Buffer;
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

type Made = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void;

interface PairSpec {
  /** Makes a pair on the thread pool. */
  readonly make: (made: Made) => void;
  /** What Node calls the type, for keys that are read from their seed. */
  readonly seedType?: MlType;
  /** PKCS#8 up to the seed, for the specs that are kept as one (RFC 9935, seed form). */
  readonly seedPrefix?: Buffer;
}

type MlType = `ml-dsa-${44 | 65 | 87}` | `ml-kem-${512 | 768 | 1024}`;

const rsa = (modulusLength: number): PairSpec => ({
  make: (made) => generateKeyPair("rsa", { modulusLength, publicExponent: 0x1_0001 }, made),
});
const curve = (namedCurve: string): PairSpec => ({
  make: (made) => generateKeyPair("ec", { namedCurve }, made),
});
const mlDsa = (seedType: "ml-dsa-44" | "ml-dsa-65" | "ml-dsa-87"): PairSpec => ({
  make: (made) => generateKeyPair(seedType, {}, made),
  seedType,
});
const mlKem = (
  seedType: "ml-kem-512" | "ml-kem-768" | "ml-kem-1024",
  oidEnd: string,
): PairSpec => ({
  make: (made) => generateKeyPair(seedType, {}, made),
  seedType,
  seedPrefix: Buffer.from(`3054020100300b060960864801650304${oidEnd}04428040`, "hex"),
});

export const rsaSpecs: readonly string[] = ["RSA_2048", "RSA_3072", "RSA_4096"];

const pairSpecs: Readonly<Record<string, PairSpec>> = {
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: curve("prime256v1"),
  ECC_NIST_P384: curve("secp384r1"),
  ECC_NIST_P521: curve("secp521r1"),
  ECC_SECG_P256K1: curve("secp256k1"),
  SM2: curve("SM2"),
  ECC_NIST_EDWARDS25519: { make: (made) => generateKeyPair("ed25519", {}, made) },
  ML_DSA_44: mlDsa("ml-dsa-44"),
  ML_DSA_65: mlDsa("ml-dsa-65"),
  ML_DSA_87: mlDsa("ml-dsa-87"),
  ML_KEM_512: mlKem("ml-kem-512", "0401"),
  ML_KEM_768: mlKem("ml-kem-768", "0402"),
  ML_KEM_1024: mlKem("ml-kem-1024", "0403"),
};

const hmacBytes: Readonly<Record<string, number>> = {
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};

export function isPairSpec(spec: string): boolean {
  return Object.hasOwn(pairSpecs, spec);
}

export function isHmacSpec(spec: string): boolean {
  return Object.hasOwn(hmacBytes, spec);
}

/** The length in bytes of an HMAC key of this spec; nothing for specs of other keys. */
export function hmacBytesOf(spec: string): number | undefined {
  return isHmacSpec(spec) ? hmacBytes[spec] : undefined;
}

/** Makes a key pair. Keys of FIPS 203 and 204 are kept as their seed, others as PKCS#8. */
export async function makePair(spec: string): Promise<MadePair> {
  const { make, seedType } = requireSpec(spec);
  const { publicKey, privateKey } = await new Promise<Pair>((resolve, reject) => {
    make((error, madePublic, madePrivate) => {
      if (error === null) resolve({ publicKey: madePublic, privateKey: madePrivate });
      else reject(error);
    });
  });
  noteDroppedKey();
  return {
    publicKey: publicKey.export({ type: "spki", format: "der" }),
    privateKey:
      seedType === undefined
        ? privateKey.export({ type: "pkcs8", format: "der" })
        : privateKey.export({ format: "raw-seed" }),
  };
}

/** Random bytes of an HMAC key's length, for the caller to wipe. */
export function makeHmacKey(spec: string): Buffer {
  return randomFillSync(newSecret(hmacBytes[spec] ?? 0));
}

/** The private half of a pair as DER PKCS#8, which is how a caller gets it. A new buffer, to be wiped. */
export function asPkcs8(spec: string, { privateKey }: MadePair): Buffer {
  const { seedPrefix } = requireSpec(spec);
  const pkcs8 = newSecret((seedPrefix?.length ?? 0) + privateKey.length);
  if (seedPrefix !== undefined) pkcs8.set(seedPrefix);
  pkcs8.set(privateKey, seedPrefix?.length ?? 0);
  return pkcs8;
}

/** The public half of a private key: DER SubjectPublicKeyInfo. */
export function publicHalfOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: "spki", format: "der" });
}

/** A private or secret key from the bytes it is kept as. */
export function readKey(spec: string, kept: Buffer): KeyObject {
  if (isHmacSpec(spec)) return createSecretKey(kept);
  const { seedType: asymmetricKeyType } = requireSpec(spec);
  return asymmetricKeyType === undefined
    ? createPrivateKey({ key: kept, type: "pkcs8", format: "der" })
    : createPrivateKey({ key: kept, format: "raw-seed", asymmetricKeyType });
}

function requireSpec(spec: string): PairSpec {
  const found = pairSpecs[spec];
  if (found === undefined) throw new Error(`${spec} is not a spec of key pairs`);
  return found;
}
