/** Inline policies: those that are a part of a user, a group or a role. */
import type { QueryOutput } from "../service/service.ts";
import type { InlinePolicy } from "../store/records.ts";
import { iamError } from "./errors.ts";
import type { Outcome } from "./operation.ts";
import { pageOf, type PageInput } from "./pages.ts";
import { percentEncoded } from "./percent-encoded.ts";
import { changedOwner, type PolicyOwner } from "./policy-owner.ts";
import { requireSoundPolicy, sizeOf, type TagKnowledge } from "./sound-policy.ts";

/** IAM User Guide, "IAM and AWS STS quotas": of all of an owner together, white space left out. */
const charactersMax = { User: 2_048, Group: 5_120, Role: 10_240 };
/** With white space: it costs memory all the same. Not a limit of AWS's own. */
const textFactor = 4;

const tagsOf: Readonly<Record<PolicyOwner["kind"], TagKnowledge>> = {
  User: "without-tags",
  Group: "without-tags",
  Role: "with-tags",
};

/** Another one, in place of the one of that name, at once. Refuses what is no policy, and what is too long. */
export function putInlinePolicy(added: InlinePolicy, owner: PolicyOwner): Outcome {
  requireSoundPolicy(added.PolicyDocument, tagsOf[owner.kind]);
  const others = owner.record.policies.filter(({ PolicyName }) => PolicyName !== added.PolicyName);
  const policies = [...others, added].toSorted(byName);
  requireFittingLength(policies, owner);
  return { changes: [changedOwner(owner, { policies })] };
}

/** Takes effect at once. Refuses with NoSuchEntity. */
export function deleteInlinePolicy(policyName: string, owner: PolicyOwner): Outcome {
  const gone = requireInlinePolicy(policyName, owner);
  const policies = owner.record.policies.filter((policy) => policy !== gone);
  return { changes: [changedOwner(owner, { policies })] };
}

/** One of them, percent-encoded (RFC 3986) as IAM answers them. Refuses with NoSuchEntity. */
export function inlinePolicyMembers(policyName: string, owner: PolicyOwner): QueryOutput {
  const { PolicyName, PolicyDocument } = requireInlinePolicy(policyName, owner);
  return { PolicyName, PolicyDocument: percentEncoded(PolicyDocument) };
}

/** A page of their names. */
export async function inlinePolicyNames(
  wanted: PageInput,
  { record }: PolicyOwner,
): Promise<QueryOutput> {
  const names = record.policies.map(({ PolicyName }) => PolicyName);
  const { items: PolicyNames, ...rest } = await pageOf(wanted, names, (name) => name);
  return { PolicyNames, ...rest };
}

function requireInlinePolicy(policyName: string, { kind, record }: PolicyOwner): InlinePolicy {
  const found = record.policies.find(({ PolicyName }) => PolicyName === policyName);
  if (found !== undefined) return found;
  const owner = kind.toLowerCase();
  throw iamError("NoSuchEntity", `The ${owner} policy with name ${policyName} cannot be found.`);
}

function requireFittingLength(
  policies: readonly InlinePolicy[],
  { kind, name }: PolicyOwner,
): void {
  const sum = (length: (document: string) => number) =>
    policies.reduce((total, { PolicyDocument }) => total + length(PolicyDocument), 0);
  const max = charactersMax[kind];
  if (sum(sizeOf) <= max && sum(({ length }) => length) <= max * textFactor) return;
  throw iamError(
    "LimitExceeded",
    `Maximum policy size of ${max} bytes exceeded for ${kind.toLowerCase()} ${name}`,
  );
}

function byName(one: InlinePolicy, other: InlinePolicy): number {
  return one.PolicyName < other.PolicyName ? -1 : 1;
}
