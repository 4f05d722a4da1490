/** ListGrants: the grants on one key, all of them or those to one principal. */
import type { GrantRecord } from "../../../store/records.ts";
import type { Page } from "../../../store/store.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { grantIsForAWSResource } from "../../grant-conditions.ts";
import { soughtName } from "../../grant-principals.ts";
import { grantEntries, requireGrantIdForm } from "../../grants.ts";
import { type KeyCall, keyOperation, useOfKeyId } from "../../operation.ts";
import { listPage } from "../../pages.ts";
import * as shape from "../../shapes.ts";

export const listGrants = keyOperation("ListGrants", {
  input: {
    Limit: shape.optional(shape.limitUpTo(100)),
    Marker: shape.optional(shape.marker),
    KeyId: shape.keyReference,
    GrantId: shape.optional(shape.grantId),
    GranteePrincipal: shape.optional(shape.principal),
    GranteeServicePrincipal: shape.optional(shape.servicePrincipal),
  },
  readOnly: true,
  validate({ GrantId, GranteePrincipal, GranteeServicePrincipal }) {
    requireGrantIdForm(GrantId);
    if (GranteeServicePrincipal === undefined) return;
    throw new KmsError(
      "ValidationException",
      GranteePrincipal === undefined
        ? "Only a service principal can list grants by GranteeServicePrincipal."
        : "Specify either GranteePrincipal or GranteeServicePrincipal, not both.",
    );
  },
  uses: useOfKeyId("ListGrants", { state: "any", conditions: () => grantIsForAWSResource }),
  async run(call) {
    const { input, key } = call;
    const GranteePrincipal = await soughtName(input.GranteePrincipal, call.identities);
    const of = `ListGrants of ${JSON.stringify([key.arn, input.GrantId, input.GranteePrincipal])}`;
    const { items, truncated } = await listPage(
      call,
      { of, limit: input.Limit, defaultLimit: 50, marker: input.Marker },
      async (page) => await read({ ...call, input: { ...input, GranteePrincipal } }, page),
      ({ grantId }) => grantId,
    );
    const Grants = await grantEntries(items, call.identities);
    const output: Output<"ListGrants"> = { Grants, ...truncated };
    return { output };
  },
  record: ({ KeyId, GrantId, GranteePrincipal, Limit, Marker, GranteeServicePrincipal }) => ({
    keyId: KeyId,
    grantId: GrantId,
    granteePrincipal: GranteePrincipal,
    granteeServicePrincipal: GranteeServicePrincipal,
    limit: Limit,
    marker: Marker,
  }),
});

async function read(
  { input, key, store }: KeyCall<"ListGrants">,
  page: Page,
): Promise<readonly GrantRecord[]> {
  const { GrantId, GranteePrincipal } = input;
  if (GrantId === undefined) return await store.listGrants(key, GranteePrincipal, page);
  const grant = await store.findGrant(key, GrantId);
  const asked = GranteePrincipal === undefined || grant?.grantee === GranteePrincipal;
  const isPast = page.after !== undefined && page.after >= GrantId;
  return grant !== undefined && asked && !isPast ? [grant] : [];
}
