/** Stored grants: how they are named in requests, and how they are listed. */
import type { GrantListEntry, GrantOperation } from "@aws-sdk/client-kms";
import { rootArn } from "../lib/arn.ts";
import type { Identities } from "../service/identities.ts";
import type { GrantRecord } from "../store/records.ts";
import { KmsError } from "./errors.ts";
import { isService, shownName } from "./grant-principals.ts";
import { keyArn } from "./key.ts";

/** Refuses what no grant is called, with InvalidGrantIdException. */
export function requireGrantIdForm(grantId: string | undefined): void {
  if (grantId === undefined || /^[0-9a-f]{64}$/.test(grantId)) return;
  throw new KmsError("InvalidGrantIdException", `Invalid grant ID '${grantId}'`);
}

export function grantNotFound(grantId: string): KmsError {
  return new KmsError("NotFoundException", `Grant ID ${grantId} not found`);
}

/** Grants as ListGrants and ListRetirableGrants show them. */
export async function grantEntries(
  grants: readonly GrantRecord[],
  identities: Identities,
): Promise<GrantListEntry[]> {
  const entries: GrantListEntry[] = [];
  for (const grant of grants) {
    const grantee = await shownName(grant.grantee, identities);
    const retiring = await shownName(grant.retiring, identities);
    entries.push(grantEntry({ ...grant, grantee, retiring }));
  }
  return entries;
}

function grantEntry(grant: GrantRecord): GrantListEntry {
  const { constraints } = grant;
  return {
    KeyId: keyArn(grant),
    GrantId: grant.grantId,
    Name: grant.name,
    CreationDate: new Date(grant.createdAtMs),
    ...(isService(grant.grantee)
      ? { GranteeServicePrincipal: grant.grantee }
      : { GranteePrincipal: grant.grantee }),
    ...retiringMember(grant.retiring),
    IssuingAccount: rootArn(grant.issuer, grant.region),
    // What was stored had passed CreateGrant's shape.
    Operations: [...grant.operations] as GrantOperation[],
    ...(Object.keys(constraints).length === 0 ? {} : { Constraints: constraints }),
  };
}

function retiringMember(retiring: string | null) {
  if (retiring === null) return {};
  return isService(retiring)
    ? { RetiringServicePrincipal: retiring }
    : { RetiringPrincipal: retiring };
}
