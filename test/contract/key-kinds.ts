/**
 * Which kinds of keys there are, and which algorithms each offers, as AWS documents it
 * ("Key spec reference" of the AWS KMS developer guide). Written out a second time on
 * purpose: the tests hold the service to this table, not to its own.
 */
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";

export interface KeyKind {
  readonly KeySpec: KeySpec;
  readonly KeyUsage: KeyUsageType;
  readonly algorithms: readonly string[];
}

const oaep = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const rsaSignatures = ["PKCS1_V1_5", "PSS"].flatMap((padding) =>
  [256, 384, 512].map((bits) => `RSASSA_${padding}_SHA_${bits}`),
);

function kind(KeySpec: KeySpec, KeyUsage: KeyUsageType, ...algorithms: string[]): KeyKind {
  return { KeySpec, KeyUsage, algorithms };
}

export const symmetric = kind("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT");

export const keyKinds: readonly KeyKind[] = [
  symmetric,
  ...(["RSA_2048", "RSA_3072", "RSA_4096"] as const).flatMap((spec) => [
    kind(spec, "ENCRYPT_DECRYPT", ...oaep),
    kind(spec, "SIGN_VERIFY", ...rsaSignatures),
  ]),
  kind("ECC_NIST_P256", "SIGN_VERIFY", "ECDSA_SHA_256"),
  kind("ECC_NIST_P256", "KEY_AGREEMENT", "ECDH"),
  kind("ECC_NIST_P384", "SIGN_VERIFY", "ECDSA_SHA_384"),
  kind("ECC_NIST_P384", "KEY_AGREEMENT", "ECDH"),
  kind("ECC_NIST_P521", "SIGN_VERIFY", "ECDSA_SHA_512"),
  kind("ECC_NIST_P521", "KEY_AGREEMENT", "ECDH"),
  kind("ECC_SECG_P256K1", "SIGN_VERIFY", "ECDSA_SHA_256"),
  kind("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ED25519_SHA_512", "ED25519_PH_SHA_512"),
  ...(["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"] as const).map((spec) =>
    kind(spec, "SIGN_VERIFY", "ML_DSA_SHAKE_256"),
  ),
  ...(["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"] as const).map((spec) =>
    kind(spec, "ENCAPSULATE_DECAPSULATE", "ML_KEM"),
  ),
  kind("HMAC_224", "GENERATE_VERIFY_MAC", "HMAC_SHA_224"),
  kind("HMAC_256", "GENERATE_VERIFY_MAC", "HMAC_SHA_256"),
  kind("HMAC_384", "GENERATE_VERIFY_MAC", "HMAC_SHA_384"),
  kind("HMAC_512", "GENERATE_VERIFY_MAC", "HMAC_SHA_512"),
];

/** What only the Regions of China have besides. */
export const chinaKinds: readonly KeyKind[] = [
  kind("SM2", "ENCRYPT_DECRYPT", "SM2PKE"),
  kind("SM2", "SIGN_VERIFY", "SM2DSA"),
  kind("SM2", "KEY_AGREEMENT", "ECDH"),
];

export const allSpecs: readonly KeySpec[] = [...new Set(keyKinds.map(({ KeySpec }) => KeySpec))];
export const allUsages: readonly KeyUsageType[] = [
  ...new Set(keyKinds.map(({ KeyUsage }) => KeyUsage)),
];

/** Every algorithm that some key offers for a usage, and those that only China's Regions have. */
export function algorithmsFor(usage: KeyUsageType): readonly string[] {
  const elsewhere = { ENCRYPT_DECRYPT: ["SM2PKE"], SIGN_VERIFY: ["SM2DSA"] };
  const offered = keyKinds.filter(({ KeyUsage }) => KeyUsage === usage);
  return [
    ...new Set(offered.flatMap(({ algorithms }) => algorithms)),
    ...(elsewhere[usage as keyof typeof elsewhere] ?? []),
  ];
}

/** What an algorithm signs in place of the message, by message type: its length in bytes. */
export function signedLength(algorithm: string, messageType: string): number | undefined {
  if (algorithm === "ML_DSA_SHAKE_256") return messageType === "EXTERNAL_MU" ? 64 : undefined;
  if (messageType !== "DIGEST" || algorithm === "ED25519_SHA_512") return undefined;
  return Number(algorithm.slice(-3)) / 8;
}
