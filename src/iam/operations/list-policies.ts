/** ListPolicies: the managed policies there are, AWS's before the account's own. */
import type { ManagedPolicyRecord } from "../../store/records.ts";
import { awsManagedPolicies } from "../aws-managed-policies.ts";
import { usesOf } from "../find-policy.ts";
import { awsAccount, policyMembers } from "../managed-policy.ts";
import { accountOperation, type Desk } from "../operation.ts";
import { type PageInput, readPage } from "../pages.ts";
import * as shape from "../shapes.ts";

interface Input extends PageInput {
  readonly Scope?: "All" | "AWS" | "Local";
  readonly OnlyAttached?: boolean;
  readonly PathPrefix?: string;
  readonly PolicyUsageFilter?: "PermissionsPolicy" | "PermissionsBoundary";
}

export const listPolicies = accountOperation<Input>({
  readOnly: true,
  input: {
    Scope: shape.oneOf("All", "AWS", "Local"),
    OnlyAttached: shape.flag,
    PathPrefix: shape.optional(shape.policyPath),
    PolicyUsageFilter: shape.oneOf("PermissionsPolicy", "PermissionsBoundary"),
    ...shape.page,
  },
  record: (input) => ({
    scope: input.Scope,
    onlyAttached: input.OnlyAttached,
    pathPrefix: input.PathPrefix,
    policyUsageFilter: input.PolicyUsageFilter,
    marker: input.Marker,
    maxItems: input.MaxItems,
  }),
  resource: ({ PathPrefix = "/" }) => `policy${PathPrefix}`,

  async run({ input, accountId, store, partition }) {
    const { items, ...rest } = await readPage(
      input,
      async (page) => await policiesOf(input.Scope ?? "All", accountId, page, store),
      sortKeyOf,
    );
    const prefix = input.PathPrefix ?? "/";
    const Policies = [];
    // A page may be shorter than it could be: callers go by IsTruncated.
    for (const policy of items.filter(({ path }) => path.startsWith(prefix))) {
      const uses = await usesOf(policy, accountId, store);
      if (isWanted(input, uses)) Policies.push(policyMembers(policy, uses, partition));
    }
    return { output: { Policies, ...rest } };
  },
});

function isWanted(
  { OnlyAttached, PolicyUsageFilter }: Input,
  { attached, boundary }: { readonly attached: number; readonly boundary: number },
): boolean {
  if (PolicyUsageFilter === "PermissionsPolicy") return attached > 0;
  if (PolicyUsageFilter === "PermissionsBoundary") return boundary > 0;
  return OnlyAttached !== true || attached > 0;
}

const awsPrefix = "aws ";
const ownPrefix = "own ";

/** The words in front make those of AWS's come first. */
function sortKeyOf({ accountId, foldedName }: ManagedPolicyRecord): string {
  return `${accountId === awsAccount ? awsPrefix : ownPrefix}${foldedName}`;
}

async function policiesOf(
  scope: NonNullable<Input["Scope"]>,
  accountId: string,
  { after = "", limit }: { readonly after: string | undefined; readonly limit: number },
  store: Desk["store"],
): Promise<readonly ManagedPolicyRecord[]> {
  const all = scope === "Local" ? [] : awsManagedPolicies;
  const found = all.filter((policy) => sortKeyOf(policy) > after).slice(0, limit);
  if (scope === "AWS") return found;
  const page = {
    after: after.startsWith(ownPrefix) ? after.slice(ownPrefix.length) : undefined,
    limit: limit - found.length,
  };
  return [...found, ...(await store.listManagedPolicies(accountId, page))];
}
