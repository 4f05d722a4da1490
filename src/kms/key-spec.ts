/** The words of the API for kinds of keys and ways to encrypt. */
import type {
  EncryptionAlgorithmSpec,
  KeyMetadata,
  KeySpec,
  KeyUsageType,
} from "@aws-sdk/client-kms";

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

/** With these every list of specs begins. */
export const rsaAndEccSpecs = [
  "RSA_2048",
  "RSA_3072",
  "RSA_4096",
  "ECC_NIST_P256",
  "ECC_NIST_P384",
  "ECC_NIST_P521",
  "ECC_SECG_P256K1",
] as const;

/** The older enumeration, from before Ed25519 and the post-quantum specs. */
export const customerMasterKeySpecs = [
  ...rsaAndEccSpecs,
  "SYMMETRIC_DEFAULT",
  "HMAC_224",
  "HMAC_256",
  "HMAC_384",
  "HMAC_512",
  "SM2",
] as const satisfies readonly KeyMetadata["CustomerMasterKeySpec"][];

export const keySpecs = [
  ...customerMasterKeySpecs,
  "ML_DSA_44",
  "ML_DSA_65",
  "ML_DSA_87",
  "ECC_NIST_EDWARDS25519",
  "ML_KEM_1024",
  "ML_KEM_512",
  "ML_KEM_768",
] as const satisfies readonly KeySpec[];
