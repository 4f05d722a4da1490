/** What a key policy may ask of a grant ("AWS KMS condition keys", AWS KMS Developer Guide). */
import type { CreateGrantRequest } from "@aws-sdk/client-kms";
import type { GrantConstraintsRecord } from "../store/records.ts";
import type { ConditionFacts } from "./operation.ts";

/** No service calls on a user's behalf yet. Also for those who list and revoke grants. */
export const grantIsForAWSResource = { "kms:GrantIsForAWSResource": "false" } as const;

/** The condition keys of a request for a grant, but for those of its constraints. */
export function grantConditions(request: CreateGrantRequest): ConditionFacts {
  return {
    ...grantIsForAWSResource,
    "kms:GrantOperations": request.Operations,
    "kms:GranteePrincipal": request.GranteePrincipal,
    "kms:GranteeServicePrincipal": request.GranteeServicePrincipal,
    "kms:RetiringPrincipal": request.RetiringPrincipal,
    "kms:RetiringServicePrincipal": request.RetiringServicePrincipal,
  };
}

/** A grant's encryption context is what its constraints say of it. */
export function constraintConditions(constraints: GrantConstraintsRecord): ConditionFacts {
  const { EncryptionContextEquals = {}, EncryptionContextSubset = {}, SourceArn } = constraints;
  const types = Object.keys(constraints);
  const pairs = [EncryptionContextEquals, EncryptionContextSubset].flatMap(Object.entries<string>);
  const names = [...new Set(pairs.map(([name]) => name))];
  return {
    "kms:GrantConstraintType": types.length === 0 ? undefined : types,
    "kms:GrantConstraintSourceArn": SourceArn,
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    "kms:EncryptionContextKeys": names.length === 0 ? undefined : names,
  };
}
