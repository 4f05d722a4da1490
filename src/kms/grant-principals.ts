/** Principals as grants name them: by ARN, or by the name of a service. */
import { parseArn, partitionOf } from "../lib/arn.ts";
import { andThen, type Eventually } from "../lib/eventually.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { readPrincipals } from "../policy/principal-element.ts";
import type { Identities } from "../service/identities.ts";
import { KmsError } from "./errors.ts";

/**
 * Refuses what is not the ARN of an account's root, a user, a role, a session or a
 * federated user, in the partition of the Region, with InvalidArnException.
 */
export function requirePrincipalArn(arn: string | undefined, region: string): void {
  if (arn === undefined) return;
  const inPartition = arn.startsWith(`arn:${partitionOf(region)}:`);
  if (inPartition && isPrincipal("AWS", arn)) return;
  throw invalidPrincipal();
}

/**
 * The name by which a grant keeps a principal. That of a user or role is the unique id,
 * which nobody else ever has, and so for a role's sessions; others are kept as they were
 * sent. Refuses a user or role that does not exist with InvalidArnException.
 */
export async function requireKeptName<Name extends string | undefined>(
  name: Name,
  identities: Identities,
): Promise<Name | string> {
  const kept = await findKeptName(name, identities);
  if (name !== undefined && kept === undefined) throw invalidPrincipal();
  return kept ?? name;
}

/** The name to look for in what is kept: grants that were made to a mere name still have it. */
export async function soughtName<Name extends string | undefined>(
  name: Name,
  identities: Identities,
): Promise<Name | string> {
  return (await findKeptName(name, identities)) ?? name;
}

/** What a principal that a grant keeps is called now: who was deleted has only the unique id. */
export function shownName<Name extends string | null>(
  kept: Name,
  identities: Identities,
): Eventually<Name | string> {
  if (kept === null || !isUniqueId(kept)) return kept;
  return andThen<string | undefined, Name | string>(identities.findArn(kept), (arn) => arn ?? kept);
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
  return !name.startsWith("arn:") && !isUniqueId(name);
}

/** No name of a service has a capital letter. Of a session, its name follows. */
function isUniqueId(name: string): boolean {
  return /^A[A-Z0-9]+(?::|$)/.test(name);
}

/** Of a user, a role or a session of one. */
function isIdentityArn(name: string): boolean {
  const { service, resource = "" } = parseArn(name) ?? {};
  if (service === "sts") return resource.startsWith("assumed-role/");
  return service === "iam" && /^(?:user|role)\//.test(resource);
}

function invalidPrincipal(): KmsError {
  return new KmsError("InvalidArnException", "ARN does not refer to a valid principal");
}

async function findKeptName(
  name: string | undefined,
  identities: Identities,
): Promise<string | undefined> {
  return name !== undefined && isIdentityArn(name) ? await identities.findUniqueId(name) : name;
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
