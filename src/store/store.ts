/**
 * The durable store, as services see it. Nothing here is particular to SQLite: another
 * database can stand behind the same interface. Reads are consistent with every commit
 * that was acknowledged before they began; what is in memory is there at once.
 */
import type { Eventually } from "../lib/eventually.ts";
import type {
  AccessKeyRecord,
  AccountRecord,
  AliasRecord,
  ClockRecord,
  CustomKeyStoreName,
  CustomKeyStoreRecord,
  DomainKeyRecord,
  GrantRecord,
  GrantTerms,
  GranteeTerms,
  GroupRecord,
  ImportKeyRecord,
  KeyLastUsageRecord,
  KeyMaterialRecord,
  KeyName,
  KeyRecord,
  RoleRecord,
  ManagedPolicyRecord,
  UserRecord,
} from "./records.ts";

/** The tables, and the record each holds. */
export interface Tables {
  accounts: AccountRecord;
  accessKeys: AccessKeyRecord;
  users: UserRecord;
  roles: RoleRecord;
  groups: GroupRecord;
  managedPolicies: ManagedPolicyRecord;
  domainKeys: DomainKeyRecord;
  keys: KeyRecord;
  customKeyStores: CustomKeyStoreRecord;
  keyMaterials: KeyMaterialRecord;
  importKeys: ImportKeyRecord;
  aliases: AliasRecord;
  grants: GrantRecord;
  clocks: ClockRecord;
  keyLastUsages: KeyLastUsageRecord;
}

export type TableName = keyof Tables;

/**
 * One change to one record. `insert` is refused when the primary key is taken; `update`
 * and `delete` of a versioned record are refused unless the stored row version is
 * `record.rowVersion - 1` (update) or `record.rowVersion` (delete). `upsert` is for
 * records without a version. Deleting a key deletes its key materials, aliases,
 * grants and last usage with it.
 */
export type RecordChange = {
  [Table in TableName]:
    | {
        readonly kind: "insert" | "update" | "upsert";
        readonly table: Table;
        readonly record: Tables[Table];
      }
    | { readonly kind: "delete"; readonly table: Table; readonly record: Tables[Table] };
}[TableName];

/**
 * Changes nothing: refuses the commit, with LimitReached, when after the changes before it
 * more than `max` records have these values. Nothing comes between the count and the
 * commit, so that no two commits can pass the limit together.
 */
export type Limit = {
  [Table in TableName]: {
    readonly kind: "limit";
    readonly table: Table;
    readonly where: Partial<Tables[Table]>;
    readonly max: number;
  };
}[TableName];

export type Change = RecordChange | Limit;

/** A line for the journal that is stored with the changes it describes. */
export interface OutboxEntry {
  readonly eventId: string;
  readonly line: string;
}

/** Where a page begins and how long it may be. Pages are in ascending order of the sort key. */
export interface Page {
  /** The sort key of the last item of the page before; nothing for the first page. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Some of what is due. Names only: what cannot be read keeps nobody from the others. */
export interface Part {
  /** How many to pass over. */
  readonly after: number;
  readonly limit: number;
}

/** What an identity has of a managed policy, or is in a group. */
export type Relation = "attached" | "boundary" | "member";

export interface LinkTarget {
  readonly accountId: string;
  /** Of a managed policy or a group. */
  readonly targetId: string;
  readonly relations: readonly Relation[];
}

export interface Store {
  findAccount(accountId: string): Eventually<AccountRecord | undefined>;
  listAccounts(page: Page): Promise<readonly AccountRecord[]>;
  findAccessKey(accessKeyId: string): Eventually<AccessKeyRecord | undefined>;
  /** By access key id. */
  listAccessKeys(accountId: string, page: Page): Promise<readonly AccessKeyRecord[]>;
  /** Of one user, or of the account's root identity. */
  listAccessKeysOf(
    owner: { readonly accountId: string; readonly userId: string | null },
    page: Page,
  ): Promise<readonly AccessKeyRecord[]>;

  findUser(userId: string): Eventually<UserRecord | undefined>;
  /** By the name in lower case. */
  findUserNamed(accountId: string, foldedName: string): Promise<UserRecord | undefined>;
  /** By the name in lower case. */
  listUsers(accountId: string, page: Page): Promise<readonly UserRecord[]>;
  findRole(roleId: string): Eventually<RoleRecord | undefined>;
  /** By the name in lower case. */
  findRoleNamed(accountId: string, foldedName: string): Promise<RoleRecord | undefined>;
  /** By the name in lower case. */
  listRoles(accountId: string, page: Page): Promise<readonly RoleRecord[]>;
  findGroup(groupId: string): Eventually<GroupRecord | undefined>;
  /** By the name in lower case. */
  findGroupNamed(accountId: string, foldedName: string): Promise<GroupRecord | undefined>;
  /** By the name in lower case. */
  listGroups(accountId: string, page: Page): Promise<readonly GroupRecord[]>;
  findManagedPolicy(policyId: string): Eventually<ManagedPolicyRecord | undefined>;
  /** By the name in lower case. */
  findManagedPolicyNamed(
    accountId: string,
    foldedName: string,
  ): Promise<ManagedPolicyRecord | undefined>;
  /** By the name in lower case. */
  listManagedPolicies(accountId: string, page: Page): Promise<readonly ManagedPolicyRecord[]>;
  /** The ids of the identities of an account that have a policy or are in a group, each once. */
  listLinked(target: LinkTarget, page: Page): Promise<readonly string[]>;
  /** How many those are. */
  countLinked(target: LinkTarget): Promise<number>;
  listDomainKeys(): Promise<readonly DomainKeyRecord[]>;

  findKey(name: KeyName): Eventually<KeyRecord | undefined>;
  /** By key id. */
  listKeyIds(accountId: string, region: string, page: Page): Promise<readonly string[]>;
  /** Keys pending deletion whose time has come, the most overdue first. */
  listKeysDueForDeletion(nowMs: number, part: Part): Promise<readonly KeyName[]>;
  /** Enabled keys whose next automatic rotation is due, the most overdue first: replicas with their primary. */
  listKeysDueForRotation(nowMs: number, part: Part): Promise<readonly KeyName[]>;

  /** Of one key, by reference (32 hex digits). */
  findKeyMaterial(name: KeyName, reference: string): Eventually<KeyMaterialRecord | undefined>;
  /** Whether any key in any account and Region has key material of this reference. */
  hasKeyMaterial(reference: string): Promise<boolean>;
  /** As findKeyMaterial, of the key of that id in the Region, whichever account has it. */
  findKeyMaterialOfAnyAccount(
    key: Pick<KeyName, "region" | "keyId">,
    reference: string,
  ): Promise<KeyMaterialRecord | undefined>;
  /** All of one key, oldest first. */
  listKeyMaterials(name: KeyName): Promise<readonly KeyMaterialRecord[]>;

  /** Imported key material that is present and whose time has come. */
  listKeyMaterialsDueToExpire(nowMs: number, part: Part): Promise<readonly KeyMaterialRecord[]>;

  findImportKey(name: KeyName, importId: string): Promise<ImportKeyRecord | undefined>;
  listImportKeysExpired(nowMs: number, limit: number): Promise<readonly ImportKeyRecord[]>;

  /** The same key id in every Region of an account: a multi-Region key and its replicas. */
  listKeysOfId(accountId: string, keyId: string): Promise<readonly KeyRecord[]>;

  findAlias(
    accountId: string,
    region: string,
    aliasName: string,
  ): Eventually<AliasRecord | undefined>;
  /** By alias name; of one key when a target is given. */
  listAliases(
    accountId: string,
    region: string,
    targetKeyId: string | undefined,
    page: Page,
  ): Promise<readonly AliasRecord[]>;

  findGrant(name: KeyName, grantId: string): Promise<GrantRecord | undefined>;
  /** The one grant of a key that was asked for in just these terms, under a name. */
  findGrantByRequest(name: KeyName, requestHash: string): Promise<GrantRecord | undefined>;
  /** Up to 1,000 terms. */
  findGranteeTerms(name: KeyName, grantee: string): Eventually<GranteeTerms>;
  /**
   * Of the grants to one grantee that allow an operation, those with one of these context
   * keys; of equal ones, each once; up to 1,000.
   */
  listGrantTermsInContext(
    name: KeyName,
    grantee: string,
    wanted: { readonly operation: string; readonly contextKeys: readonly string[] },
  ): Promise<readonly GrantTerms[]>;
  /** Whether one of those allows DescribeKey whose context keys begin so. */
  hasGrantToDescribe(name: KeyName, grantee: string, contextKeyPrefix: string): Promise<boolean>;
  /** How many grants to one grantee have a context key; counted up to 1,000. */
  countGrantsInContext(name: KeyName, grantee: string, contextKey: string): Promise<number>;
  /** By grant id; to one grantee when one is given. */
  listGrants(
    name: KeyName,
    grantee: string | undefined,
    page: Page,
  ): Promise<readonly GrantRecord[]>;
  /** By grant id, on keys of every account in the Region. */
  listRetirableGrants(
    region: string,
    retiring: string,
    page: Page,
  ): Promise<readonly GrantRecord[]>;

  findClock(name: string): Promise<ClockRecord | undefined>;
  findCustomKeyStore(name: CustomKeyStoreName): Eventually<CustomKeyStoreRecord | undefined>;
  /** By id. */
  listCustomKeyStores(
    accountId: string,
    region: string,
    page: Page,
  ): Promise<readonly CustomKeyStoreRecord[]>;
  /** Those that are CONNECTING or DISCONNECTING, in every account and Region. */
  listCustomKeyStoresOnTheirWay(limit: number): Promise<readonly CustomKeyStoreRecord[]>;
  /** Whether a custom key store holds any KMS key, in whatever state. */
  hasKeysInStore(name: CustomKeyStoreName): Promise<boolean>;
  /** The key store of a cluster, in whichever Region. */
  findKeyStoreOfCluster(
    accountId: string,
    clusterId: string,
  ): Promise<CustomKeyStoreRecord | undefined>;
  /** The KMS key in a key store that stands for an external key. */
  findKeyOfExternalKey(name: CustomKeyStoreName, xksKeyId: string): Promise<KeyRecord | undefined>;

  findKeyLastUsage(name: KeyName): Promise<KeyLastUsageRecord | undefined>;

  /**
   * Makes all changes in the order given (a key before what belongs to it), and stores
   * the journal entries with them, or none. Resolves when they are on disk. Rejects with
   * StoreConflict when a record was changed meanwhile, and with LimitReached; nothing has
   * happened then. After a conflict the caller may read again and try again.
   */
  commit(changes: readonly Change[], ...entries: readonly OutboxEntry[]): Promise<void>;
  /** Entries that were committed but not yet settled: after a crash they are due for the journal. */
  listOutbox(): Promise<readonly OutboxEntry[]>;
  /** Says that an entry is in the journal. Not urgent: it goes with a later commit. */
  settle(eventId: string): void;
  /** Whether wrapped bytes were deleted that may still stand in a file. */
  isErasureDue(): Promise<boolean>;
  /** Empties the write-ahead log, so that deleted rows are in no file. */
  eraseDeleted(): Promise<void>;

  close(): Promise<void>;
}

/** There would be more records than a commit allows. */
export class LimitReached extends Error {
  readonly limit: Limit;

  constructor(limit: Limit) {
    super(`${limit.table} have reached their limit of ${limit.max}`);
    this.name = "LimitReached";
    this.limit = limit;
  }
}

/** A record was changed or taken by another commit first. */
export class StoreConflict extends Error {
  /** The change that came too late, where it is known. */
  readonly change: RecordChange | undefined;

  constructor(message = "a record was changed meanwhile", change?: RecordChange) {
    super(message);
    this.name = "StoreConflict";
    this.change = change;
  }
}
