/** What CreateGrant is asked for: what is sound, and what it comes to. */
import { createHash } from "node:crypto";
import type { CreateGrantRequest } from "@aws-sdk/client-kms";
import { parseArn } from "../lib/arn.ts";
import type { GrantConstraintsRecord, GrantTerms } from "../store/records.ts";
import type { Checked } from "./contract.ts";
import { canonicalContext, type EncryptionContext } from "./encryption-context.ts";
import { invalid } from "./errors.ts";
import { isGrantable } from "./grant-operations.ts";
import { requireServicePrincipal } from "./grant-principals.ts";
import { symmetricDefault } from "./key-algorithms.ts";
import type { Key } from "./key.ts";
import { invalidArn } from "./key-reference.ts";

export type GrantRequest = Checked<CreateGrantRequest>;

const maxPairs = 8;
const maxValueLength = 384;

/** Refuses what is no sound grant on any key, with ValidationException (CreateGrant, API Reference). */
export function requireSoundGrant(request: GrantRequest): void {
  requireOneGrantee(request);
  if (request.RetiringPrincipal !== undefined && request.RetiringServicePrincipal !== undefined) {
    throw invalid("Specify either RetiringPrincipal or RetiringServicePrincipal, not both.");
  }
  requireServicePrincipal(request.GranteeServicePrincipal);
  requireServicePrincipal(request.RetiringServicePrincipal);
  requireServiceTerms(request);
  if (request.Operations.length === 0) throw invalid("A grant must allow at least one operation.");
  requireArn(request.Constraints?.SourceArn);
  requireSoundPairs(request.Constraints?.EncryptionContextEquals);
  requireSoundPairs(request.Constraints?.EncryptionContextSubset);
}

/** Refuses operations and constraints that mean nothing on this key, with ValidationException. */
export function requireFittingGrant({ Operations, Constraints = {} }: GrantRequest, key: Key) {
  const strange = Operations.find((operation) => !isGrantable(operation, key));
  if (strange !== undefined) {
    throw invalid(
      `The grant operation ${strange} is not valid for a key with key usage ${key.keyUsage} ` +
        `and key spec ${key.keySpec}.`,
    );
  }
  const { EncryptionContextEquals, EncryptionContextSubset } = Constraints;
  const onContext = EncryptionContextEquals !== undefined || EncryptionContextSubset !== undefined;
  if (onContext && key.keySpec !== symmetricDefault) {
    throw invalid("Encryption context constraints are valid for symmetric encryption keys only.");
  }
}

/** What the grant is to allow. An operation that is named again adds nothing. */
export function termsOf({ Operations, Constraints }: GrantRequest): GrantTerms {
  return { operations: [...new Set(Operations)], constraints: constraintsOf(Constraints) };
}

/** A principal or the name of a service: requireSoundGrant has seen to it that there is one. */
export function granteeOf({ GranteePrincipal, GranteeServicePrincipal }: GrantRequest): string {
  const grantee = GranteePrincipal ?? GranteeServicePrincipal;
  if (grantee === undefined) throw new Error("a grant without a grantee got past the checks");
  return grantee;
}

export function retiringOf(request: GrantRequest): string | null {
  return request.RetiringPrincipal ?? request.RetiringServicePrincipal ?? null;
}

/**
 * The same for requests of one account that ask for the same thing under the same name, in
 * whatever order. Nothing for a request without a name: each of those makes a grant.
 */
export function requestHash(request: GrantRequest, issuer: string): string | null {
  if (request.Name === undefined) return null;
  const { operations, constraints } = termsOf(request);
  const asked = [
    issuer,
    request.Name,
    granteeOf(request),
    retiringOf(request),
    operations.toSorted(),
    sortedPairs(constraints.EncryptionContextEquals),
    sortedPairs(constraints.EncryptionContextSubset),
    constraints.SourceArn ?? null,
  ];
  return createHash("sha256").update(JSON.stringify(asked)).digest("hex");
}

function requireOneGrantee({ GranteePrincipal, GranteeServicePrincipal }: GrantRequest): void {
  if (GranteePrincipal !== undefined && GranteeServicePrincipal !== undefined) {
    throw invalid("Specify either GranteePrincipal or GranteeServicePrincipal, not both.");
  }
  if (GranteePrincipal !== undefined || GranteeServicePrincipal !== undefined) return;
  throw invalid(
    "1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: " +
      "Member must not be null",
  );
}

/** A service is granted what it does for one resource, and somebody has to be able to end that. */
function requireServiceTerms(request: GrantRequest): void {
  if (request.GranteeServicePrincipal === undefined) return;
  if (request.Constraints?.SourceArn === undefined) {
    throw invalid("A SourceArn constraint is required with GranteeServicePrincipal.");
  }
  if (retiringOf(request) === null) {
    throw invalid(
      "RetiringPrincipal or RetiringServicePrincipal is required with GranteeServicePrincipal.",
    );
  }
}

function requireArn(arn: string | undefined): void {
  if (arn === undefined || parseArn(arn) !== undefined) return;
  throw invalidArn(arn);
}

function requireSoundPairs(pairs: EncryptionContext | undefined): void {
  canonicalContext(pairs);
  const values = Object.values(pairs ?? {});
  if (values.length > maxPairs) {
    throw invalid(`An encryption context constraint can have at most ${maxPairs} pairs.`);
  }
  if (values.some((value) => value.length > maxValueLength)) {
    throw invalid(
      `A value in an encryption context constraint can have at most ${maxValueLength} characters.`,
    );
  }
}

/** Only the constraints that were given. */
function constraintsOf(given: GrantRequest["Constraints"] = {}): GrantConstraintsRecord {
  const { EncryptionContextEquals, EncryptionContextSubset, SourceArn } = given;
  return {
    ...(EncryptionContextEquals === undefined ? {} : { EncryptionContextEquals }),
    ...(EncryptionContextSubset === undefined ? {} : { EncryptionContextSubset }),
    ...(SourceArn === undefined ? {} : { SourceArn }),
  };
}

function sortedPairs(pairs: EncryptionContext | undefined) {
  return pairs === undefined
    ? null
    : Object.entries(pairs).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
