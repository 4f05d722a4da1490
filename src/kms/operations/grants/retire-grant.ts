/**
 * RetireGrant: whoever a grant concerns ends it. The grant says who that is; a key policy
 * can forbid it, but not allow it ("Retiring and revoking grants", AWS KMS Developer Guide).
 */
import type { GrantRecord } from "../../../store/records.ts";
import {
  accessDeniedBy,
  accessDeniedByIdentity,
  accessDeniedToUnknownKey,
} from "../../access-denied.ts";
import { ownVerdictOn, type PolicyQuestion, roleGrantVerdict } from "../../authorize.ts";
import { refuseDryRun } from "../../dry-run.ts";
import { KmsError } from "../../errors.ts";
import { requireKey } from "../../find-key.ts";
import { constraintConditions } from "../../grant-conditions.ts";
import { accountOfPrincipal, shownName } from "../../grant-principals.ts";
import { openGrantToken } from "../../grant-tokens.ts";
import { grantNotFound, requireGrantIdForm } from "../../grants.ts";
import { type Key, keyArn } from "../../key.ts";
import { type AccountCall, accountOperation, type Desk } from "../../operation.ts";
import { principalOf } from "../../../policy/principal.ts";
import { grantNamesOf } from "../../grant-names.ts";
import * as shape from "../../shapes.ts";

const lookup = { action: "RetireGrant", acceptsAlias: false, crossAccount: true };

export const retireGrant = accountOperation("RetireGrant", {
  input: {
    GrantToken: shape.optional(shape.grantToken),
    KeyId: shape.optional(shape.keyReference),
    GrantId: shape.optional(shape.grantId),
    DryRun: shape.optional(shape.flag),
  },
  readOnly: false,
  emptyBody: true,
  authorizesItself: true,
  validate({ GrantToken, KeyId, GrantId }) {
    const byToken = GrantToken !== undefined && KeyId === undefined && GrantId === undefined;
    const byId = GrantToken === undefined && KeyId !== undefined && GrantId !== undefined;
    if (!byToken && !byId) {
      throw new KmsError(
        "ValidationException",
        "Grant token OR (grant ID, key ID) must be specified",
      );
    }
    requireGrantIdForm(GrantId);
  },
  async run(call) {
    const { reference, grantId } = await nameOf(call);
    const key = await requireKey(reference, lookup, call);
    const isForeign = key.accountId !== call.caller.accountId;
    call.found(isForeign ? [] : [{ key, blobMaterial: undefined }]);
    const grant = await call.store.findGrant(key, grantId);
    if (grant === undefined) {
      throw isForeign
        ? accessDeniedToUnknownKey(call.caller, "RetireGrant")
        : grantNotFound(grantId);
    }
    await requireRetirer(grant, key, call);
    call.found([{ key, blobMaterial: undefined }]);
    refuseDryRun(call.input);
    return {
      output: {},
      changes: [{ kind: "delete", table: "grants", record: grant }],
      responseElements: { keyId: key.arn },
      additionalEventData: { grantId },
    };
  },
  record: () => null,
});

async function nameOf({ input, ...desk }: AccountCall<"RetireGrant">) {
  const { GrantToken, KeyId = "", GrantId = "" } = input;
  if (GrantToken === undefined) return { reference: KeyId, grantId: GrantId };
  const named = await openGrantToken(GrantToken, desk);
  return { reference: keyArn(named), grantId: named.grantId };
}

async function requireRetirer(grant: GrantRecord, key: Key, desk: Desk): Promise<void> {
  const { caller } = desk;
  const asked = {
    action: "RetireGrant",
    key,
    requestAlias: undefined,
    conditions: () => constraintConditions(grant.constraints),
  };
  const { effect, by } = ownVerdictOn(asked, desk);
  if (effect !== "deny" && isNamed(grant, asked, desk)) return;
  if (effect === "allow" && (await isOfItsAccounts(grant, desk))) return;
  if (key.accountId !== caller.accountId) throw accessDeniedToUnknownKey(caller, "RetireGrant");
  const resource = `resource: ${key.arn}`;
  throw effect === "deny"
    ? accessDeniedBy(by, caller, "RetireGrant", resource, effect)
    : accessDeniedByIdentity(caller, "RetireGrant", resource);
}

/** The retiring principal may, and a grantee who was granted that; as a role, as far as the session's limits go. */
function isNamed(grant: GrantRecord, asked: PolicyQuestion, desk: Desk): boolean {
  const principal = principalOf(desk.caller);
  if (principal === undefined) return false;
  const { inPerson, asRole } = grantNamesOf(principal, grant.region);
  if (mayRetireAs(inPerson, grant)) return true;
  return mayRetireAs(asRole, grant) && roleGrantVerdict(principal, asked, desk).effect === "allow";
}

function mayRetireAs(
  names: readonly string[],
  { grantee, retiring, operations }: GrantRecord,
): boolean {
  if (retiring !== null && names.includes(retiring)) return true;
  return names.includes(grantee) && operations.includes("RetireGrant");
}

/**
 * So may whoever is allowed it by policies of their own, in the account of the retiring
 * principal and in the one in which the grant was made.
 */
async function isOfItsAccounts(
  { issuer, retiring }: GrantRecord,
  { caller, identities }: Desk,
): Promise<boolean> {
  if (caller.accountId === issuer) return true;
  const retirer = await shownName(retiring, identities);
  return retirer !== null && accountOfPrincipal(retirer) === caller.accountId;
}
