/** Principals as grants name them: by ARN, or by the name of a service. */
import { parseArn, partitionOf } from "../lib/arn.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { readPrincipals } from "../policy/principal-element.ts";
import { KmsError } from "./errors.ts";

/**
 * Refuses what is not the ARN of an account's root, a user, a role, a session or a
 * federated user, in the partition of the Region, with InvalidArnException.
 */
export function requirePrincipalArn(arn: string | undefined, region: string): void {
  if (arn === undefined) return;
  const inPartition = arn.startsWith(`arn:${partitionOf(region)}:`);
  if (inPartition && isPrincipal("AWS", arn)) return;
  throw new KmsError("InvalidArnException", "ARN does not refer to a valid principal");
}

/** Refuses what cannot be the name of a service, such as dynamodb.amazonaws.com. */
export function requireServicePrincipal(name: string | undefined): void {
  if (name === undefined || isPrincipal("Service", name)) return;
  throw new KmsError("ValidationException", `Invalid service principal: ${name}`);
}

/** The account of a principal that a grant names by ARN; none for a service. */
export function accountOfPrincipal(name: string): string | undefined {
  return parseArn(name)?.accountId;
}

export function isService(name: string): boolean {
  return !name.startsWith("arn:");
}

function isPrincipal(type: "AWS" | "Service", name: string): boolean {
  try {
    readPrincipals(new Map([[type, name]]));
    return true;
  } catch (error) {
    if (error instanceof PolicyError) return false;
    throw error;
  }
}
