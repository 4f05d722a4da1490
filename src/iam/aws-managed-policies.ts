/**
 * The policies that AWS manages, as far as they are of use without AWS's other services
 * ("AWS Managed Policy Reference"). Of each there is the version that is in effect at AWS.
 */
import type { ManagedPolicyRecord } from "../store/records.ts";
import { awsAccount } from "./managed-policy.ts";
import { folded } from "./user.ts";

interface Published {
  readonly policyId: string;
  readonly policyName: string;
  readonly description: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly statements: readonly object[];
}

const published: readonly Published[] = [
  {
    policyId: "ANPAJNPP7PPPPMJRV2SA4",
    policyName: "AWSKeyManagementServicePowerUser",
    description: "Provides access to AWS Key Management Service (KMS).",
    version: 2,
    createdAt: "2015-02-06T18:40:40Z",
    updatedAt: "2017-03-07T00:55:11Z",
    statements: [
      {
        Effect: "Allow",
        Action: [
          "kms:CreateAlias",
          "kms:CreateKey",
          "kms:DeleteAlias",
          "kms:Describe*",
          "kms:GenerateRandom",
          "kms:Get*",
          "kms:List*",
          "kms:TagResource",
          "kms:UntagResource",
          "iam:ListGroups",
          "iam:ListRoles",
          "iam:ListUsers",
        ],
        Resource: "*",
      },
    ],
  },
  {
    policyId: "ANPAIWMBCKSKIEE64ZLYK",
    policyName: "AdministratorAccess",
    description: "Provides full access to AWS services and resources.",
    version: 1,
    createdAt: "2015-02-06T18:39:46Z",
    updatedAt: "2015-02-06T18:39:46Z",
    statements: [{ Effect: "Allow", Action: "*", Resource: "*" }],
  },
  {
    policyId: "ANPAI7XKCFMBPM3QQRRVQ",
    policyName: "IAMFullAccess",
    description: "Provides full access to IAM via the AWS Management Console.",
    version: 2,
    createdAt: "2015-02-06T18:40:38Z",
    updatedAt: "2019-06-21T19:40:00Z",
    statements: [
      {
        Effect: "Allow",
        Action: [
          "iam:*",
          "organizations:DescribeAccount",
          "organizations:DescribeOrganization",
          "organizations:DescribeOrganizationalUnit",
          "organizations:DescribePolicy",
          "organizations:ListChildren",
          "organizations:ListParents",
          "organizations:ListPoliciesForTarget",
          "organizations:ListRoots",
          "organizations:ListPolicies",
          "organizations:ListTargetsForPolicy",
        ],
        Resource: "*",
      },
    ],
  },
  {
    policyId: "ANPAJKSO7NDY4T57MWDSQ",
    policyName: "IAMReadOnlyAccess",
    description: "Provides read only access to IAM via the AWS Management Console.",
    version: 4,
    createdAt: "2015-02-06T18:40:39Z",
    updatedAt: "2018-01-25T19:11:27Z",
    statements: [
      {
        Effect: "Allow",
        Action: [
          "iam:GenerateCredentialReport",
          "iam:GenerateServiceLastAccessedDetails",
          "iam:Get*",
          "iam:List*",
          "iam:SimulateCustomPolicy",
          "iam:SimulatePrincipalPolicy",
        ],
        Resource: "*",
      },
    ],
  },
];

/** In the order of their names in lower case, as those of an account are listed. */
export const awsManagedPolicies: readonly ManagedPolicyRecord[] = published
  .map(asRecord)
  .toSorted((one, other) => (one.foldedName < other.foldedName ? -1 : 1));

const byId = new Map(awsManagedPolicies.map((policy) => [policy.policyId, policy]));

export function awsManagedPolicy(policyId: string): ManagedPolicyRecord | undefined {
  return byId.get(policyId);
}

function asRecord(policy: Published): ManagedPolicyRecord {
  const { policyId, policyName, description, version } = policy;
  const versionId = `v${version}`;
  const updatedAtMs = Date.parse(policy.updatedAt);
  const document = { Version: "2012-10-17", Statement: policy.statements };
  return {
    policyId,
    accountId: awsAccount,
    policyName,
    foldedName: folded(policyName),
    path: "/",
    description,
    defaultVersionId: versionId,
    versions: [{ versionId, document: JSON.stringify(document), createdAtMs: updatedAtMs }],
    versionsMade: version,
    createdAtMs: Date.parse(policy.createdAt),
    updatedAtMs,
    rowVersion: 1,
  };
}
