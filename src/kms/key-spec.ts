/** What each key spec may be used for, and with which algorithms. */
import type {
  EncryptionAlgorithmSpec,
  KeyMetadata,
  KeySpec,
  KeyUsageType,
} from "@aws-sdk/client-kms";
import { KmsError } from "./errors.ts";
import type { Key } from "./key.ts";

export const keyUsages = [
  "SIGN_VERIFY",
  "ENCRYPT_DECRYPT",
  "GENERATE_VERIFY_MAC",
  "KEY_AGREEMENT",
  "ENCAPSULATE_DECAPSULATE",
] as const satisfies readonly KeyUsageType[];

export const origins = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"] as const;

export const encryptionAlgorithms = [
  "SYMMETRIC_DEFAULT",
  "RSAES_OAEP_SHA_1",
  "RSAES_OAEP_SHA_256",
  "SM2PKE",
] as const satisfies readonly EncryptionAlgorithmSpec[];

export const symmetricDefault = "SYMMETRIC_DEFAULT";

/** The usages each spec can be created for. */
export const usagesOf = {
  RSA_2048: ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
  RSA_3072: ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
  RSA_4096: ["ENCRYPT_DECRYPT", "SIGN_VERIFY"],
  ECC_NIST_P256: ["SIGN_VERIFY", "KEY_AGREEMENT"],
  ECC_NIST_P384: ["SIGN_VERIFY", "KEY_AGREEMENT"],
  ECC_NIST_P521: ["SIGN_VERIFY", "KEY_AGREEMENT"],
  ECC_SECG_P256K1: ["SIGN_VERIFY"],
  SYMMETRIC_DEFAULT: ["ENCRYPT_DECRYPT"],
  HMAC_224: ["GENERATE_VERIFY_MAC"],
  HMAC_256: ["GENERATE_VERIFY_MAC"],
  HMAC_384: ["GENERATE_VERIFY_MAC"],
  HMAC_512: ["GENERATE_VERIFY_MAC"],
  SM2: ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"],
  ML_DSA_44: ["SIGN_VERIFY"],
  ML_DSA_65: ["SIGN_VERIFY"],
  ML_DSA_87: ["SIGN_VERIFY"],
  ECC_NIST_EDWARDS25519: ["SIGN_VERIFY"],
  ML_KEM_1024: ["ENCAPSULATE_DECAPSULATE"],
  ML_KEM_512: ["ENCAPSULATE_DECAPSULATE"],
  ML_KEM_768: ["ENCAPSULATE_DECAPSULATE"],
} as const satisfies Record<KeySpec, readonly KeyUsageType[]>;

export const keySpecs = Object.keys(usagesOf) as KeySpec[];

/** The older enumeration, from before Ed25519 and the post-quantum specs. */
export const customerMasterKeySpecs = [
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  "ECC_NIST_P256",
  "ECC_NIST_P384",
  "ECC_NIST_P521",
  "ECC_SECG_P256K1",
  "SYMMETRIC_DEFAULT",
  "HMAC_224",
  "HMAC_256",
  "HMAC_384",
  "HMAC_512",
  "SM2",
] as const satisfies readonly KeyMetadata["CustomerMasterKeySpec"][];

/** The algorithms a key offers, by its usage, as KeyMetadata lists them. */
export function algorithmMembers(_key: Key): Pick<KeyMetadata, "EncryptionAlgorithms"> {
  return { EncryptionAlgorithms: [symmetricDefault] };
}

/** Refuses an algorithm that the key's spec does not support. */
export function requireAlgorithm(key: Key, algorithm: string): void {
  if (algorithm === symmetricDefault) return;
  throw new KmsError(
    "InvalidKeyUsageException",
    `Algorithm ${algorithm} is incompatible with key spec ${key.keySpec}.`,
  );
}
