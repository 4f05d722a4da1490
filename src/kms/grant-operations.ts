/** What a grant can allow, by the kind of its key ("Grant operations", AWS KMS Developer Guide). */
import type { GrantOperation } from "@aws-sdk/client-kms";
import { symmetricDefault } from "./key-algorithms.ts";
import type { Key } from "./key.ts";

export const grantOperations = [
  "Decrypt",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
  "Sign",
  "Verify",
  "GetPublicKey",
  "CreateGrant",
  "RetireGrant",
  "DescribeKey",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "GenerateMac",
  "VerifyMac",
  "DeriveSharedSecret",
  "Decapsulate",
  "Encapsulate",
] as const satisfies readonly GrantOperation[];

const onEveryKey: readonly string[] = ["CreateGrant", "RetireGrant", "DescribeKey"];
const encryption: readonly string[] = ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"];
const onSymmetricKeys: readonly string[] = [
  ...encryption,
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
];

/** By the key usage of keys that are not symmetric encryption keys. */
const byUsage: Readonly<Record<string, readonly string[]>> = {
  ENCRYPT_DECRYPT: [...encryption, "GetPublicKey"],
  SIGN_VERIFY: ["Sign", "Verify", "GetPublicKey"],
  KEY_AGREEMENT: ["DeriveSharedSecret", "GetPublicKey"],
  ENCAPSULATE_DECAPSULATE: ["Encapsulate", "Decapsulate", "GetPublicKey"],
  GENERATE_VERIFY_MAC: ["GenerateMac", "VerifyMac"],
};

/** Whether a grant on this key can allow the operation. */
export function isGrantable(operation: string, key: Key): boolean {
  if (onEveryKey.includes(operation)) return true;
  if (key.keySpec === symmetricDefault) return onSymmetricKeys.includes(operation);
  return byUsage[key.keyUsage]?.includes(operation) ?? false;
}
