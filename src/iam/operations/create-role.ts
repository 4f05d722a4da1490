/** CreateRole: another role of the account, that may do nothing yet. */
import type { Tag } from "../../store/records.ts";
import { boundaryConditions, boundaryMembers, requireBoundary } from "../boundary.ts";
import { iamError } from "../errors.ts";
import { keptInPlace } from "../managed-policy.ts";
import { accountOperation } from "../operation.ts";
import { rolesPerAccount } from "../quotas.ts";
import { newRoleMembers, roleResource, tagMembers } from "../role.ts";
import * as shape from "../shapes.ts";
import { requestTagConditions } from "../tag-conditions.ts";
import { requireDistinctKeys, requireOwnKeys, tagList } from "../tags.ts";
import { trustOf } from "../trust.ts";
import { createUniqueId } from "../unique-id.ts";
import { folded } from "../user.ts";

interface Input {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: number;
  readonly PermissionsBoundary?: string;
  readonly Tags?: readonly Tag[];
}

const defaultSessionSeconds = 3_600;

export const createRole = accountOperation<Input>({
  readOnly: false,
  input: {
    RoleName: shape.roleName,
    AssumeRolePolicyDocument: shape.policyDocument,
    Path: shape.optional(shape.path),
    Description: shape.optional(shape.description),
    MaxSessionDuration: shape.maxSessionDuration,
    PermissionsBoundary: shape.optional(shape.policyArn),
    Tags: tagList,
  },
  record: (input) => ({
    roleName: input.RoleName,
    assumeRolePolicyDocument: input.AssumeRolePolicyDocument,
    path: input.Path,
    description: input.Description,
    maxSessionDuration: input.MaxSessionDuration,
    permissionsBoundary: input.PermissionsBoundary,
    tags: input.Tags?.map(({ TagKey: key, TagValue: value }) => ({ key, value })),
  }),
  resource: ({ RoleName, Path = "/" }) => roleResource({ roleName: RoleName, path: Path }),
  alsoNeeds: ({ Tags = [] }) => (Tags.length > 0 ? ["TagRole"] : []),
  conditions: ({ Tags, PermissionsBoundary }) =>
    new Map([...requestTagConditions(Tags), ...boundaryConditions(PermissionsBoundary)]),

  async run({ input, accountId, store, clock, partition }) {
    const { RoleName: roleName, AssumeRolePolicyDocument, Tags: tags = [] } = input;
    const foldedName = folded(roleName);
    if ((await store.findRoleNamed(accountId, foldedName)) !== undefined) {
      throw iamError("EntityAlreadyExists", `Role with name ${roleName} already exists.`);
    }
    requireDistinctKeys(tags);
    requireOwnKeys(tags);
    const { PermissionsBoundary: arn } = input;
    const boundary =
      arn === undefined ? undefined : await requireBoundary(arn, { store, partition, accountId });
    const role = {
      roleId: createUniqueId("AROA"),
      accountId,
      roleName,
      foldedName,
      path: input.Path ?? "/",
      description: input.Description ?? null,
      ...(await trustOf(AssumeRolePolicyDocument, { store, partition })),
      policies: [],
      tags,
      attachedPolicies: [],
      permissionsBoundary: boundary?.policyId ?? null,
      maxSessionSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
      createdAtMs: clock(),
      rowVersion: 1,
    };
    const members = newRoleMembers({ role, trustPolicy: role.trustPolicy, partition });
    return {
      output: { Role: { ...members, ...boundaryMembers(arn), ...tagMembers(role) } },
      changes: [
        { kind: "insert", table: "roles", record: role },
        ...(boundary === undefined ? [] : keptInPlace(boundary)),
        rolesPerAccount(accountId),
      ],
      responseElements: { role: { roleName, roleId: role.roleId } },
    };
  },
});
