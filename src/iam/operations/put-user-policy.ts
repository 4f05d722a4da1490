/** PutUserPolicy: gives a user an inline policy, in place of the one of that name. */
import { parseIdentityPolicy } from "../../policy/identity-document.ts";
import { malformed, PolicyError } from "../../policy/policy-error.ts";
import type { InlinePolicy } from "../../store/records.ts";
import { iamError } from "../errors.ts";
import { namedUser, userOperation } from "../operation.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly UserName: string;
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

/** Of all inline policies of a user together, white space left out. */
const charactersMax = 2_048;
/** With white space: it costs memory all the same. Not a limit of AWS's own. */
const textMax = 16_384;

export const putUserPolicy = userOperation<Input>({
  readOnly: false,
  input: {
    UserName: shape.existingUserName,
    PolicyName: shape.policyName,
    PolicyDocument: shape.policyDocument,
  },
  record: ({ UserName: userName, PolicyName: policyName, PolicyDocument: policyDocument }) => ({
    policyDocument,
    policyName,
    userName,
  }),

  async run({ input: { PolicyName, PolicyDocument }, subject }) {
    const user = namedUser(subject);
    requireSound(PolicyDocument);
    const others = user.policies.filter((policy) => policy.PolicyName !== PolicyName);
    const policies = [...others, { PolicyName, PolicyDocument }].toSorted(byName);
    requireSize(policies, user.userName);
    const record = { ...user, policies, rowVersion: user.rowVersion + 1 };
    return { changes: [{ kind: "update", table: "users", record }] };
  },
});

function requireSound(document: string): void {
  try {
    const { statements } = parseIdentityPolicy(document);
    const keys = statements.flatMap(({ conditions }) => conditions.map(({ key }) => key));
    const unknown = keys.find((key) => isNeverKnown(key.toLowerCase()));
    if (unknown !== undefined) {
      throw malformed(`Keyhaven does not know the condition key ${unknown} yet.`);
    }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw iamError("MalformedPolicyDocument", error.message);
  }
}

/** A Deny that asks for what is never there would only look as if it protected something. */
function isNeverKnown(key: string): boolean {
  return neverKnown.has(key) || key.startsWith("aws:principaltag/");
}

const neverKnown: ReadonlySet<string> = new Set([
  "kms:resourcealiases",
  "iam:permissionsboundary",
  "iam:policyarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:resourceorgid",
  "aws:referer",
]);

function requireSize(policies: readonly InlinePolicy[], userName: string): void {
  const characters = policies.reduce(
    (sum, { PolicyDocument }) => sum + PolicyDocument.replaceAll(/[ \t\n\r]/g, "").length,
    0,
  );
  const text = policies.reduce((sum, { PolicyDocument }) => sum + PolicyDocument.length, 0);
  if (characters <= charactersMax && text <= textMax) return;
  throw iamError(
    "LimitExceeded",
    `Maximum policy size of ${charactersMax} bytes exceeded for user ${userName}`,
  );
}

function byName(one: InlinePolicy, other: InlinePolicy): number {
  return one.PolicyName < other.PolicyName ? -1 : 1;
}
