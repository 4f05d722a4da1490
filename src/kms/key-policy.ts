/** Key policies: the default one, those of AWS managed keys, and which ones are accepted. */
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import { rootArn } from "../lib/arn.ts";
import { compilePolicy } from "../policy/compile.ts";
import { parsePolicy } from "../policy/document.ts";
import type { PolicyDocument } from "../policy/language.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { principalOf } from "../policy/principal.ts";
import type { Caller, RequestFacts } from "../service/caller.ts";
import type { Identities } from "../service/identities.ts";
import { type PolicySubject, policyVerdict } from "./authorize.ts";
import { KmsError } from "./errors.ts";
import { nobodysKeyId } from "./foreign-keys.ts";
import { type Key, keyArn } from "./key.ts";
import type { ConditionFacts } from "./operation.ts";
import { findPinnedPolicy } from "./pinned-policy.ts";
import { policyText } from "./policy-text.ts";
import type { ConditionSubject } from "./request-conditions.ts";

/** A key has one policy, and this is its name. */
export const keyPolicyName = "default";

/** What CreateKey gives a key that comes without a policy: its account decides, by IAM. */
function defaultKeyPolicy(accountId: string, region: string): string {
  return policyText({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: rootArn(accountId, region) },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}

/** AWS managed keys are used through their service, and read by their account. */
export function awsManagedKeyPolicy(key: {
  readonly accountId: string;
  readonly region: string;
  /** The alias without its prefix. */
  readonly word: string;
  /** The first label of the service's DNS name. */
  readonly endpoint: string;
}): string {
  const { accountId, region, word, endpoint } = key;
  return policyText({
    Version: "2012-10-17",
    Id: `auto-${word}-1`,
    Statement: [
      {
        Sid: `Allow access through ${word} for all principals in the account that are authorized to use it`,
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "kms:Encrypt",
          "kms:Decrypt",
          "kms:ReEncrypt*",
          "kms:GenerateDataKey*",
          "kms:CreateGrant",
          "kms:DescribeKey",
        ],
        Resource: "*",
        Condition: {
          StringEquals: {
            "kms:CallerAccount": accountId,
            "kms:ViaService": `${endpoint}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: "Allow direct access to key metadata to the account",
        Effect: "Allow",
        Principal: { AWS: rootArn(accountId, region) },
        Action: ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        Resource: "*",
      },
    ],
  });
}

interface Author {
  readonly caller: Caller;
  readonly facts: RequestFacts;
  readonly nowMs: number;
  readonly identities: Identities;
  readonly bypassLockoutCheck: boolean;
  /** The key whose policy it is to be. */
  readonly key: PolicySubject;
}

/** The policy of a new key, as it is kept: the one that was sent, if it is sound, or else the default one. */
export async function policyOfNewKey(
  sent: Pick<CreateKeyRequest, "Policy" | "BypassPolicyLockoutSafetyCheck">,
  key: ConditionSubject & Partial<Pick<Key, "keyId">>,
  desk: Pick<Author, "caller" | "facts" | "nowMs" | "identities">,
): Promise<string> {
  if (sent.Policy === undefined) return defaultKeyPolicy(key.accountId, key.region);
  const bypassLockoutCheck = sent.BypassPolicyLockoutSafetyCheck ?? false;
  const arn = keyArn({ keyId: nobodysKeyId, ...key });
  return await soundPolicy(sent.Policy, { ...desk, bypassLockoutCheck, key: { ...key, arn } });
}

/**
 * A policy as it is kept. Refuses one that is none, that names principals who do not exist,
 * or that would keep its author from ever putting another (PutKeyPolicy, AWS KMS API
 * Reference).
 */
export async function soundPolicy(text: string, author: Author): Promise<string> {
  const pinned = await findPinnedPolicy(text, read(text), author.identities);
  if (pinned === undefined) throw malformed(invalidPrincipals);
  if (!author.bypassLockoutCheck) refuseLockout(read(pinned), author);
  return pinned;
}

function refuseLockout(document: PolicyDocument, author: Author): void {
  const access = {
    action: "PutKeyPolicy",
    key: author.key,
    requestAlias: undefined,
    conditions: () => lockoutCheckConditions(undefined),
  };
  const principal = principalOf(author.caller);
  const allowed =
    principal !== undefined &&
    policyVerdict(principal, compilePolicy(document), access, author).effect === "allow";
  if (allowed) return;
  throw malformed("The new key policy will not allow you to update the key policy in the future.");
}

/**
 * The condition key of a request that may bypass the check above. One that does not say is
 * false where a policy compares, and absent where it asks for Null (AWS KMS condition keys).
 */
export function lockoutCheckConditions(sent: boolean | undefined): ConditionFacts {
  const value = sent === undefined ? { implied: "false" } : String(sent);
  return { "kms:BypassPolicyLockoutSafetyCheck": value };
}

function read(text: string): PolicyDocument {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    if (error.reason === "too-large") throw new KmsError("LimitExceededException", error.message);
    throw malformed(error.reason === "invalid-principal" ? invalidPrincipals : error.message);
  }
}

const invalidPrincipals = "Policy contains a statement with one or more invalid principals.";

function malformed(message: string): KmsError {
  return new KmsError("MalformedPolicyDocumentException", message);
}
