/**
 * The algorithms each key offers, by key spec and key usage, in the order in which AWS
 * lists them (AWS KMS developer guide, "Key spec reference").
 */
import type {
  EncapsulationAlgorithmSpec,
  EncryptionAlgorithmSpec,
  KeyAgreementAlgorithmSpec,
  KeyMetadata,
  KeySpec,
  KeyUsageType,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from "@aws-sdk/client-kms";
import { KmsError } from "./errors.ts";
import type { KeyRecord } from "../store/records.ts";

export const symmetricDefault = "SYMMETRIC_DEFAULT";

const oaep = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"] as const;
const rsaSignatures = [
  "RSASSA_PKCS1_V1_5_SHA_256",
  "RSASSA_PKCS1_V1_5_SHA_384",
  "RSASSA_PKCS1_V1_5_SHA_512",
  "RSASSA_PSS_SHA_256",
  "RSASSA_PSS_SHA_384",
  "RSASSA_PSS_SHA_512",
] as const;

interface Offered {
  readonly encrypt?: readonly EncryptionAlgorithmSpec[];
  readonly sign?: readonly SigningAlgorithmSpec[];
  readonly mac?: readonly MacAlgorithmSpec[];
  readonly agree?: readonly KeyAgreementAlgorithmSpec[];
  readonly encapsulate?: readonly EncapsulationAlgorithmSpec[];
}

const rsa: Offered = { encrypt: oaep, sign: rsaSignatures };
const ecdh = ["ECDH"] as const;
const mlDsa: Offered = { sign: ["ML_DSA_SHAKE_256"] };
const mlKem: Offered = { encapsulate: ["ML_KEM"] };

const offers: Readonly<Record<KeySpec, Offered>> = {
  SYMMETRIC_DEFAULT: { encrypt: [symmetricDefault] },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: { sign: ["ECDSA_SHA_256"], agree: ecdh },
  ECC_NIST_P384: { sign: ["ECDSA_SHA_384"], agree: ecdh },
  ECC_NIST_P521: { sign: ["ECDSA_SHA_512"], agree: ecdh },
  ECC_SECG_P256K1: { sign: ["ECDSA_SHA_256"] },
  ECC_NIST_EDWARDS25519: { sign: ["ED25519_SHA_512", "ED25519_PH_SHA_512"] },
  ML_DSA_44: mlDsa,
  ML_DSA_65: mlDsa,
  ML_DSA_87: mlDsa,
  ML_KEM_512: mlKem,
  ML_KEM_768: mlKem,
  ML_KEM_1024: mlKem,
  HMAC_224: { mac: ["HMAC_SHA_224"] },
  HMAC_256: { mac: ["HMAC_SHA_256"] },
  HMAC_384: { mac: ["HMAC_SHA_384"] },
  HMAC_512: { mac: ["HMAC_SHA_512"] },
  SM2: { encrypt: ["SM2PKE"], sign: ["SM2DSA"], agree: ecdh },
};

/** By usage: what is offered, and the member of KeyMetadata and GetPublicKey that lists it. */
const listedAs = {
  ENCRYPT_DECRYPT: ["encrypt", "EncryptionAlgorithms"],
  SIGN_VERIFY: ["sign", "SigningAlgorithms"],
  GENERATE_VERIFY_MAC: ["mac", "MacAlgorithms"],
  KEY_AGREEMENT: ["agree", "KeyAgreementAlgorithms"],
  ENCAPSULATE_DECAPSULATE: ["encapsulate", "EncapsulationAlgorithms"],
} as const satisfies Record<KeyUsageType, readonly [keyof Offered, keyof KeyMetadata]>;

type KeyKind = Pick<KeyRecord, "keySpec" | "keyUsage">;

/** The usages a key of this spec can be created for. */
export function usagesOf(spec: KeySpec): readonly KeyUsageType[] {
  const usages = Object.keys(listedAs) as KeyUsageType[];
  return usages.filter((usage) => offers[spec][listedAs[usage][0]] !== undefined);
}

/** Symmetric and HMAC keys have no public half. */
export function hasPublicKey(spec: string): boolean {
  return spec !== symmetricDefault && !spec.startsWith("HMAC_");
}

/** Post-quantum keys are made by the vault only. */
export function isImportable(spec: KeySpec): boolean {
  return !spec.startsWith("ML_");
}

/** The one member that lists a key's algorithms. */
export function algorithmMembers(
  kind: KeyKind,
): Pick<
  KeyMetadata,
  | "EncryptionAlgorithms"
  | "SigningAlgorithms"
  | "MacAlgorithms"
  | "KeyAgreementAlgorithms"
  | "EncapsulationAlgorithms"
> {
  const [, member] = listedAs[kind.keyUsage as KeyUsageType];
  return { [member]: [...algorithmsOf(kind)] };
}

/** Refuses an algorithm that the key's spec does not offer. */
export function requireAlgorithm(key: KeyKind, algorithm: string): void {
  if (algorithmsOf(key).includes(algorithm)) return;
  throw new KmsError(
    "InvalidKeyUsageException",
    `Algorithm ${algorithm} is incompatible with key spec ${key.keySpec}.`,
  );
}

function algorithmsOf({ keySpec, keyUsage }: KeyKind): readonly string[] {
  const [offered] = listedAs[keyUsage as KeyUsageType];
  return offers[keySpec as KeySpec][offered] ?? [];
}
