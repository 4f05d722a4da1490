import type { OperationName } from "./contract.ts";

/**
 * The operations that can use a key of another account, when its policy or a grant lets
 * them ("Allowing users in other accounts to use a KMS key", AWS KMS Developer Guide).
 * Whatever else a key policy allows other accounts has no effect.
 */
export const crossAccountOperations: ReadonlySet<OperationName> = new Set<OperationName>([
  "CreateGrant",
  "Decapsulate",
  "Decrypt",
  "DeriveSharedSecret",
  "DescribeKey",
  "Encapsulate",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateMac",
  "GetKeyRotationStatus",
  "GetPublicKey",
  "ListGrants",
  "ReEncrypt",
  "RetireGrant",
  "RevokeGrant",
  "Sign",
  "Verify",
  "VerifyMac",
]);
