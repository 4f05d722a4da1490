import type { GrantConstraints } from "@aws-sdk/client-kms";

/** A grant's constraints as requestParameters have them. */
export function recordedConstraints(constraints: GrantConstraints | undefined) {
  if (constraints === undefined) return undefined;
  return {
    encryptionContextSubset: constraints.EncryptionContextSubset,
    encryptionContextEquals: constraints.EncryptionContextEquals,
    sourceArn: constraints.SourceArn,
  };
}
