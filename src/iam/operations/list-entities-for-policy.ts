/** ListEntitiesForPolicy: who has a managed policy, as a policy or as a boundary. */
import type { QueryOutput } from "../../service/service.ts";
import type { Relation } from "../../store/store.ts";
import type { Desk } from "../operation.ts";
import { type PageInput, readPage } from "../pages.ts";
import { policyOperation } from "../policy-operation.ts";
import * as shape from "../shapes.ts";

type Kind = "User" | "Group" | "Role";

interface Input extends PageInput {
  readonly PolicyArn: string;
  readonly EntityFilter?: Kind | "LocalManagedPolicy" | "AWSManagedPolicy";
  readonly PathPrefix?: string;
  readonly PolicyUsageFilter?: keyof typeof relationsOf;
}

const relationsOf = {
  PermissionsPolicy: ["attached"],
  PermissionsBoundary: ["boundary"],
  Any: ["attached", "boundary"],
} as const satisfies Readonly<Record<string, readonly Relation[]>>;

export const listEntitiesForPolicy = policyOperation<Input>({
  readOnly: true,
  input: {
    PolicyArn: shape.policyArn,
    EntityFilter: shape.oneOf("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"),
    PathPrefix: shape.optional(shape.path),
    PolicyUsageFilter: shape.oneOf("PermissionsPolicy", "PermissionsBoundary"),
    ...shape.page,
  },
  record: (input) => ({
    policyArn: input.PolicyArn,
    entityFilter: input.EntityFilter,
    pathPrefix: input.PathPrefix,
    policyUsageFilter: input.PolicyUsageFilter,
    marker: input.Marker,
    maxItems: input.MaxItems,
  }),

  async run({ input, policy, accountId, store }) {
    const relations = relationsOf[input.PolicyUsageFilter ?? "Any"];
    const target = { accountId, targetId: policy.policyId, relations };
    const { items, ...rest } = await readPage(
      input,
      async (page) => await store.listLinked(target, page),
      (identityId) => identityId,
    );
    const prefix = input.PathPrefix ?? "/";
    const entities: Entity[] = [];
    for (const identityId of items) {
      const entity = await entityOf(identityId, store);
      if (entity?.path.startsWith(prefix) === true) entities.push(entity);
    }
    // A page may be shorter than it could be: callers go by IsTruncated.
    const of = (kind: Kind) =>
      entities
        .filter((entity) => entity.kind === kind && (input.EntityFilter ?? kind) === kind)
        .map(({ members }) => members);
    return {
      output: {
        PolicyGroups: of("Group"),
        PolicyUsers: of("User"),
        PolicyRoles: of("Role"),
        ...rest,
      },
    };
  },
});

interface Entity {
  readonly kind: Kind;
  readonly path: string;
  readonly members: QueryOutput;
}

/** Nothing for one that was deleted since it was listed. */
async function entityOf(id: string, store: Desk["store"]): Promise<Entity | undefined> {
  const user = await store.findUser(id);
  if (user !== undefined) {
    const { path, userName: UserName } = user;
    return { kind: "User", path, members: { UserName, UserId: id } };
  }
  const group = await store.findGroup(id);
  if (group !== undefined) {
    const { path, groupName: GroupName } = group;
    return { kind: "Group", path, members: { GroupName, GroupId: id } };
  }
  const role = await store.findRole(id);
  return (
    role && { kind: "Role", path: role.path, members: { RoleName: role.roleName, RoleId: id } }
  );
}
