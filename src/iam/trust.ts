/**
 * Trust policies: which are accepted, who their principals are, and how they are shown. A
 * user or role is taken for who it was when the policy was sent: one that is made later
 * under the same name is not trusted (IAM User Guide, "AWS JSON policy elements: Principal").
 */
import { parseArn } from "../lib/arn.ts";
import type { PolicyDocument, PolicyPrincipal } from "../policy/language.ts";
import { renamePrincipals } from "../policy/rename-principals.ts";
import { invalidPrincipal, parseTrustPolicy } from "../policy/trust-document.ts";
import type { RoleRecord } from "../store/records.ts";
import { iamError } from "./errors.ts";
import { identityDirectory, type IdentityParts } from "./identity-directory.ts";
import { requireKnownConditions, sizeOf, soundPolicy } from "./sound-policy.ts";
import { folded } from "./user.ts";

/** "IAM and AWS STS quotas": characters of a trust policy, white space left out. */
const charactersMax = 2_048;
/** With white space: it costs memory all the same. Not a limit of AWS's own. */
const textMax = 8_192;

export type Trust = Pick<RoleRecord, "trustPolicy" | "trustedIds">;

/**
 * A trust policy and who it means. Refuses with MalformedPolicyDocument what is none and
 * what names a user or role that is not there, with LimitExceeded what is too long.
 */
export async function trustOf(trustPolicy: string, desk: IdentityParts): Promise<Trust> {
  const document = soundPolicy(() => {
    const read = parseTrustPolicy(trustPolicy);
    requireKnownConditions(read, "with-tags");
    return read;
  });
  if (sizeOf(trustPolicy) > charactersMax || trustPolicy.length > textMax) {
    throw iamError("LimitExceeded", `Cannot exceed quota for ACLSizePerRole: ${charactersMax}`);
  }
  return { trustPolicy, trustedIds: await idsIn(document, desk) };
}

async function idsIn(
  { statements }: PolicyDocument,
  desk: IdentityParts,
): Promise<Readonly<Record<string, string>>> {
  const ids: [string, string][] = [];
  for (const { principal } of statements) {
    for (const named of principal?.values ?? []) {
      const name = nameOf(named);
      if (name === undefined) continue;
      const id = await idOf(named, desk);
      if (id === undefined) soundPolicy(() => throwInvalid(name));
      else ids.push([name, id]);
    }
  }
  return Object.fromEntries(ids);
}

function throwInvalid(name: string): never {
  throw invalidPrincipal("AWS", name);
}

/** As the policy spells a principal that is one of ours; nothing for all others. */
export function nameOf(principal: PolicyPrincipal): string | undefined {
  if ("arn" in principal) return principal.arn;
  return principal.kind === "unique-id" ? principal.id : undefined;
}

async function idOf(principal: PolicyPrincipal, desk: IdentityParts): Promise<string | undefined> {
  const identities = identityDirectory(desk);
  if (principal.kind === "unique-id") {
    // How a session is kept is no way to name one.
    if (principal.id.includes(":")) return undefined;
    return (await identities.findArn(principal.id)) === undefined ? undefined : principal.id;
  }
  if (!("arn" in principal)) return undefined;
  return principal.kind === "assumed-role"
    ? await roleOfSession(principal.arn, desk)
    : await identities.findUniqueId(principal.arn);
}

/** A session's ARN names its role without the path. */
async function roleOfSession(
  text: string,
  { store, partition }: IdentityParts,
): Promise<string | undefined> {
  const arn = parseArn(text);
  const [, roleName = ""] = arn?.resource.split("/") ?? [];
  if (arn?.partition !== partition) return undefined;
  const role = await store.findRoleNamed(arn.accountId, folded(roleName));
  return role?.roleName === roleName ? role.roleId : undefined;
}

/** As it was sent, but a user or role of another name by that, and one that is gone by its id. */
export async function shownTrustPolicy(
  { trustPolicy, trustedIds }: Trust,
  desk: IdentityParts,
): Promise<string> {
  const identities = identityDirectory(desk);
  const renamed = new Map<string, string>();
  for (const [name, id] of Object.entries(trustedIds)) {
    const now = (await identities.findArn(id)) ?? id;
    // A session keeps the name it is trusted under, as long as there is the role.
    const isSession = name.includes(":assumed-role/") && now !== id;
    if (now !== name && !isSession) renamed.set(name, now);
  }
  if (renamed.size === 0) return trustPolicy;
  return renamePrincipals(trustPolicy, (name) => renamed.get(name) ?? name);
}
