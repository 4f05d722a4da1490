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
import type { AccountStore } from "./account-store.ts";
import { iamError } from "./errors.ts";
import { identityOfArn, identityOfId, roleNamed } from "./identities.ts";
import { requireKnownConditions, sizeOf, soundPolicy } from "./sound-policy.ts";

/** "IAM and AWS STS quotas": characters of a trust policy, white space left out. */
const charactersMax = 2_048;
/** With white space: it costs memory all the same. Not a limit of AWS's own. */
const textMax = 16_384;

export type Trust = Pick<RoleRecord, "trustPolicy" | "trustedIds">;

interface Finding {
  readonly store: Pick<AccountStore, "findUser" | "findUserNamed" | "findRole" | "findRoleNamed">;
  readonly partition: string;
}

/**
 * A trust policy and who it means. Refuses with MalformedPolicyDocument what is none and
 * what names a user or role that is not there, with LimitExceeded what is too long.
 */
export async function trustOf(trustPolicy: string, desk: Finding): Promise<Trust> {
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
  desk: Finding,
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

async function idOf(
  principal: PolicyPrincipal,
  { store, partition }: Finding,
): Promise<string | undefined> {
  if (principal.kind === "unique-id") {
    return (await identityOfId(principal.id, store, partition))?.id;
  }
  if (!("arn" in principal)) return undefined;
  const { kind, accountId, arn } = principal;
  if (kind !== "assumed-role") return (await identityOfArn(arn, store, partition))?.id;
  const [, roleName = ""] = arn.split("/");
  if (parseArn(arn)?.partition !== partition) return undefined;
  return (await roleNamed(accountId, roleName, store, partition))?.id;
}

/** As it was sent, but a user or role of another name by that, and one that is gone by its id. */
export async function shownTrustPolicy(
  { trustPolicy, trustedIds }: Trust,
  { store, partition }: Finding,
): Promise<string> {
  const renamed = new Map<string, string>();
  for (const [name, id] of Object.entries(trustedIds)) {
    const now = (await identityOfId(id, store, partition))?.arn ?? id;
    // A session keeps the name it is trusted under, as long as there is the role.
    const isSession = name.includes(":assumed-role/") && now !== id;
    if (now !== name && !isSession) renamed.set(name, now);
  }
  if (renamed.size === 0) return trustPolicy;
  return renamePrincipals(trustPolicy, (name) => renamed.get(name) ?? name);
}
