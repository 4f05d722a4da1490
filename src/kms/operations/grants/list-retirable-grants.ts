/** ListRetirableGrants: the grants that a principal of the account may retire, on keys of all accounts. */
import { accessDeniedByIdentity } from "../../access-denied.ts";
import type { Output } from "../../contract.ts";
import { invalid } from "../../errors.ts";
import { accountOfPrincipal, requirePrincipalArn, soughtName } from "../../grant-principals.ts";
import { grantEntries } from "../../grants.ts";
import { accountOperation } from "../../operation.ts";
import { listPage } from "../../pages.ts";
import * as shape from "../../shapes.ts";

export const listRetirableGrants = accountOperation("ListRetirableGrants", {
  input: {
    Limit: shape.optional(shape.limitUpTo(100)),
    Marker: shape.optional(shape.marker),
    RetiringPrincipal: shape.optional(shape.principal),
    RetiringServicePrincipal: shape.optional(shape.servicePrincipal),
  },
  readOnly: true,
  validate({ RetiringPrincipal, RetiringServicePrincipal }) {
    if (RetiringPrincipal !== undefined && RetiringServicePrincipal !== undefined) {
      throw invalid("Specify either RetiringPrincipal or RetiringServicePrincipal, not both.");
    }
    if (RetiringServicePrincipal !== undefined) {
      throw invalid("Only a service principal can list grants by RetiringServicePrincipal.");
    }
    if (RetiringPrincipal !== undefined) return;
    throw invalid(
      "1 validation error detected: Value null at 'retiringPrincipal' failed to satisfy " +
        "constraint: Member must not be null",
    );
  },
  async run({ input, ...desk }) {
    const { RetiringPrincipal = "", Limit, Marker } = input;
    const { region } = desk.facts;
    requirePrincipalArn(RetiringPrincipal, region);
    if (accountOfPrincipal(RetiringPrincipal) !== desk.caller.accountId) {
      const resource = `resource: ${RetiringPrincipal}`;
      throw accessDeniedByIdentity(desk.caller, "ListRetirableGrants", resource);
    }
    const retiring = await soughtName(RetiringPrincipal, desk.identities);
    const { items, truncated } = await listPage(
      desk,
      {
        of: `ListRetirableGrants of ${RetiringPrincipal}`,
        limit: Limit,
        defaultLimit: 50,
        marker: Marker,
      },
      async (page) => await desk.store.listRetirableGrants(region, retiring, page),
      ({ grantId }) => grantId,
    );
    const Grants = await grantEntries(items, desk.identities);
    const output: Output<"ListRetirableGrants"> = { Grants, ...truncated };
    return { output, resources: [] };
  },
  record: ({ RetiringPrincipal, RetiringServicePrincipal, Limit, Marker }) => ({
    retiringPrincipal: RetiringPrincipal,
    retiringServicePrincipal: RetiringServicePrincipal,
    limit: Limit,
    marker: Marker,
  }),
});
