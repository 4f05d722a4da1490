/** Users, groups and roles as what policies are given to: whatever is done to one is done alike to all. */
import type { GroupRecord, RoleRecord, UserRecord } from "../store/records.ts";
import type { RecordChange } from "../store/store.ts";

export type PolicyOwner =
  | OwnerOf<"User", "users", UserRecord>
  | OwnerOf<"Group", "groups", GroupRecord>
  | OwnerOf<"Role", "roles", RoleRecord>;

interface OwnerOf<Kind extends string, Table extends string, Stored> {
  readonly kind: Kind;
  readonly table: Table;
  readonly name: string;
  readonly record: Stored;
}

export function userOwner(record: UserRecord): PolicyOwner {
  return { kind: "User", table: "users", name: record.userName, record };
}

export function groupOwner(record: GroupRecord): PolicyOwner {
  return { kind: "Group", table: "groups", name: record.groupName, record };
}

export function roleOwner(record: RoleRecord): PolicyOwner {
  return { kind: "Role", table: "roles", name: record.roleName, record };
}

/** The owner with other policies, to be stored. */
export function changedOwner(
  { table, record }: PolicyOwner,
  policies: Partial<Pick<GroupRecord, "policies" | "attachedPolicies">>,
): RecordChange {
  const next = { ...record, ...policies, rowVersion: record.rowVersion + 1 };
  // The members are those of every kind, so the record is still one of the owner's table.
  return { kind: "update", table, record: next } as RecordChange;
}
