/** The store in one SQLite database, for one process. */
import path from "node:path";
import { makePrivateDirectorySync } from "../../lib/directories.ts";
import type { Eventually } from "../../lib/eventually.ts";
import { StoreRefused } from "../errors.ts";
import { type RecordCaches, recordCaches } from "../record-caches.ts";
import {
  type Change,
  LimitReached,
  type OutboxEntry,
  type Store,
  StoreConflict,
} from "../store.ts";
import type { WriteRequest } from "./batch.ts";
import { openDatabase } from "./database.ts";
import {
  keyNameValues,
  keyStoreNameValues,
  linkTargetValues,
  prepareQueries,
  type Queries,
} from "./queries.ts";
import { prepareDatabaseFile, type StoreMode } from "./schema.ts";
import { toRowChange } from "./statements.ts";
import { NotStored, Writer } from "./writer.ts";

interface SqliteStoreOptions {
  /** Created, 0700, when it is not there. Whoever opens the store holds its lock. */
  readonly directory: string;
  /** A store is opened in the mode it was made in. */
  readonly mode: StoreMode;
  /** Hears once when the writer has failed. The store rejects everything from then on. */
  readonly onFailure?: (error: Error) => void;
}

const maxChangesPerCommit = 50_000;

/**
 * Opens the store, and creates it when it is not there. Rejects with StoreRefused when it
 * must not be opened. Its methods reject with StoreUnavailable when it is closed, its
 * disk is full or its writer has failed, and commit also with StoreBusy when too many
 * commits are waiting.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const file = path.join(options.directory, "keyhaven.db");
  const { writer, reader, queries } = await openConnections(file, options).catch(refuse(file));
  const parts = { writer, queries, caches: recordCaches() };
  // An erasure that a crash cut short is done now; there is nothing to do otherwise.
  void writer.erase().catch(() => undefined);
  return {
    ...cachedReads(parts),
    ...plainReads(parts),
    ...writes(parts),
    async close() {
      // The writer closes last, and so takes the log into the database.
      if (reader.isOpen) reader.close();
      await writer.close();
    },
  };
}

async function openConnections(file: string, { directory, mode, onFailure }: SqliteStoreOptions) {
  makePrivateDirectorySync(directory);
  prepareDatabaseFile(file, mode);
  const writer = await Writer.open(file, onFailure ?? (() => undefined));
  try {
    const reader = openDatabase(file, "read");
    return { writer, reader, queries: prepareQueries(reader) };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** Whatever keeps a store from opening is told in one line. */
function refuse(file: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof StoreRefused) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreRefused(`${file} cannot be opened: ${reason}`, { cause });
  };
}

interface Parts {
  readonly writer: Writer;
  readonly queries: Queries;
  readonly caches: RecordCaches;
}

type CachedReads = Pick<
  Store,
  | "findAccount"
  | "findAccessKey"
  | "findUser"
  | "findRole"
  | "findGroup"
  | "findManagedPolicy"
  | "findKey"
  | "findKeyMaterial"
  | "findAlias"
  | "findGranteeTerms"
  | "findCustomKeyStore"
>;

function cachedReads({ writer, queries, caches }: Parts): CachedReads {
  const { find } = queries;
  const read = <Found>(query: () => Found): Eventually<Found> => {
    try {
      writer.requireOpen();
      return query();
    } catch (error) {
      return reject(error);
    }
  };
  return {
    findAccount: (...id) => read(() => caches.find("accounts", id, () => find.accounts(id))),
    findAccessKey: (...id) => read(() => caches.find("accessKeys", id, () => find.accessKeys(id))),
    findUser: (...id) => read(() => caches.find("users", id, () => find.users(id))),
    findRole: (...id) => read(() => caches.find("roles", id, () => find.roles(id))),
    findGroup: (...id) => read(() => caches.find("groups", id, () => find.groups(id))),
    findManagedPolicy: (...id) =>
      read(() => caches.find("managedPolicies", id, () => find.managedPolicies(id))),
    findKey(name) {
      const id = keyNameValues(name);
      return read(() => caches.find("keys", id, () => find.keys(id)));
    },
    findKeyMaterial(name, reference) {
      const id = [...keyNameValues(name), reference];
      return read(() => caches.find("keyMaterials", id, () => find.keyMaterials(id)));
    },
    findAlias: (...id) => read(() => caches.find("aliases", id, () => find.aliases(id))),
    findGranteeTerms(name, grantee) {
      const load = () => queries.granteeTerms(...keyNameValues(name), grantee);
      return read(() => caches.findTerms(name, grantee, load));
    },
    findCustomKeyStore(name) {
      const id = keyStoreNameValues(name);
      return read(() => caches.find("customKeyStores", id, () => find.customKeyStores(id)));
    },
  };
}

/** Who asks for a record expects it or a promise, and no third way to hear of a failure. */
async function reject(error: unknown): Promise<never> {
  throw error;
}

type PlainReads = Omit<Store, keyof CachedReads | "commit" | "settle" | "eraseDeleted" | "close">;

function plainReads(parts: Parts): PlainReads {
  return { ...accountReads(parts), ...groupReads(parts), ...keyReads(parts) };
}

/** Reads while the store is open, and throws StoreUnavailable when it is not. */
function openedOnly({ writer }: Parts) {
  return <Result>(query: () => Result): Result => {
    writer.requireOpen();
    return query();
  };
}

type AccountReads = Pick<
  PlainReads,
  | "listAccounts"
  | "listAccessKeys"
  | "listAccessKeysOf"
  | "findUserNamed"
  | "listUsers"
  | "findRoleNamed"
  | "listRoles"
>;

function accountReads(parts: Parts): AccountReads {
  const { queries } = parts;
  const read = openedOnly(parts);
  return {
    listAccounts: async (page) => read(() => queries.listAccounts([], page)),
    listAccessKeys: async (accountId, page) =>
      read(() => queries.listAccessKeys([accountId], page)),
    listAccessKeysOf: async ({ accountId, userId }, page) =>
      read(() => queries.listAccessKeysOf([accountId, userId], page)),
    findUserNamed: async (...name) => read(() => queries.findUserNamed(...name)[0]),
    listUsers: async (accountId, page) => read(() => queries.listUsers([accountId], page)),
    findRoleNamed: async (...name) => read(() => queries.findRoleNamed(...name)[0]),
    listRoles: async (accountId, page) => read(() => queries.listRoles([accountId], page)),
  };
}

type GroupReads = Pick<
  PlainReads,
  | "findGroupNamed"
  | "listGroups"
  | "findManagedPolicyNamed"
  | "listManagedPolicies"
  | "listLinked"
  | "countLinked"
>;

function groupReads(parts: Parts): GroupReads {
  const { queries } = parts;
  const read = openedOnly(parts);
  return {
    findGroupNamed: async (...name) => read(() => queries.findGroupNamed(...name)[0]),
    listGroups: async (accountId, page) => read(() => queries.listGroups([accountId], page)),
    findManagedPolicyNamed: async (...name) =>
      read(() => queries.findManagedPolicyNamed(...name)[0]),
    listManagedPolicies: async (accountId, page) =>
      read(() => queries.listManagedPolicies([accountId], page)),
    listLinked: async (target, page) =>
      read(() => queries.listLinked(linkTargetValues(target), page)),
    countLinked: async (target) => read(() => queries.countLinked(...linkTargetValues(target))),
  };
}

function keyReads(parts: Parts): Omit<PlainReads, keyof AccountReads | keyof GroupReads> {
  const { queries } = parts;
  const read = openedOnly(parts);
  return {
    listDomainKeys: async () => read(() => queries.listDomainKeys()),
    listKeyIds: async (accountId, region, page) =>
      read(() => queries.listKeyIds([accountId, region], page)),
    listKeysDueForDeletion: async (...asked) =>
      read(() => queries.listKeysDueForDeletion(...asked)),
    listKeysDueForRotation: async (...asked) =>
      read(() => queries.listKeysDueForRotation(...asked)),
    listKeyMaterials: async (name) => read(() => queries.listKeyMaterials(...keyNameValues(name))),
    hasKeyMaterial: async (reference) => read(() => queries.hasKeyMaterial(reference)),
    findKeyMaterialOfAnyAccount: async ({ region, keyId }, reference) =>
      read(() => queries.listKeyMaterialsOfAnyAccount(reference, region, keyId)[0]),
    listKeyMaterialsDueToExpire: async (...asked) =>
      read(() => queries.listKeyMaterialsDueToExpire(...asked)),
    findImportKey: async (name, importId) =>
      read(() => queries.find.importKeys([...keyNameValues(name), importId])),
    listImportKeysExpired: async (...asked) => read(() => queries.listImportKeysExpired(...asked)),
    listKeysOfId: async (accountId, keyId) => read(() => queries.listKeysOfId(accountId, keyId)),
    listAliases: async (accountId, region, target, page) =>
      read(() =>
        target === undefined
          ? queries.listAliases([accountId, region], page)
          : queries.listAliasesOfKey([accountId, region, target], page),
      ),
    findGrant: async (name, grantId) =>
      read(() => queries.find.grants([...keyNameValues(name), grantId])),
    findGrantByRequest: async (name, hash) =>
      read(() => queries.findGrantByRequest(...keyNameValues(name), hash)[0]),
    listGrantTermsInContext: async (name, grantee, { operation, contextKeys }) => {
      const values = [JSON.stringify(contextKeys), ...keyNameValues(name), grantee];
      return read(() => queries.termsInContext(...values, JSON.stringify(operation)));
    },
    hasGrantToDescribe: async (name, grantee, prefix) => {
      const range = [prefix, `${prefix}${lastCharacter}`];
      return read(() => queries.hasGrantToDescribe(...keyNameValues(name), grantee, ...range));
    },
    countGrantsInContext: async (name, grantee, contextKey) =>
      read(() => queries.countGrantsInContext(...keyNameValues(name), grantee, contextKey)),
    listGrants: async (name, grantee, page) =>
      read(() =>
        grantee === undefined
          ? queries.listGrants(keyNameValues(name), page)
          : queries.listGrantsOfGrantee([...keyNameValues(name), grantee], page),
      ),
    listRetirableGrants: async (region, retiring, page) =>
      read(() => queries.listRetirableGrants([region, retiring], page)),
    findClock: async (name) => read(() => queries.find.clocks([name])),
    listCustomKeyStores: async (accountId, region, page) =>
      read(() => queries.listCustomKeyStores([accountId, region], page)),
    listCustomKeyStoresOnTheirWay: async (limit) =>
      read(() => queries.listCustomKeyStoresOnTheirWay(limit)),
    hasKeysInStore: async (name) =>
      read(() => queries.listFirstKeyInStore(...keyStoreNameValues(name)).length > 0),
    findKeyStoreOfCluster: async (accountId, clusterId) =>
      read(() => queries.listKeyStoresOfCluster(accountId, clusterId)[0]),
    findKeyOfExternalKey: async (name, xksKeyId) =>
      read(() => queries.listKeysOfExternalKey(...keyStoreNameValues(name), xksKeyId)[0]),
    findKeyLastUsage: async (name) => read(() => queries.find.keyLastUsages(keyNameValues(name))),
    listOutbox: async () => read(() => queries.listOutbox()),
    isErasureDue: async () => read(() => queries.isErasureDue()),
  };
}

/** No character sorts after this one. */
const lastCharacter = "\u{10FFFF}";

function writes({ writer, caches }: Parts): Pick<Store, "commit" | "settle" | "eraseDeleted"> {
  return {
    async commit(changes, ...entries) {
      if (changes.length === 0 && entries.length === 0) return;
      await writer
        .commit(requestOf(changes, entries), () => caches.forget(changes))
        .catch((error: unknown) => {
          throw error instanceof NotStored ? refusalOf(error, changes) : error;
        });
    },
    settle: (eventId) => writer.settle(eventId),
    eraseDeleted: async () => await writer.erase(),
  };
}

function refusalOf({ outcome, message }: NotStored, changes: readonly Change[]): Error {
  const change = outcome.changeIndex === undefined ? undefined : changes[outcome.changeIndex];
  if (change?.kind === "limit") return new LimitReached(change);
  return outcome.kind === "conflict" ? new StoreConflict(message, change) : new TypeError(message);
}

/** Fixes what is to be written: the caller may use its buffers again at once. */
function requestOf(changes: readonly Change[], entries: readonly OutboxEntry[]): WriteRequest {
  if (changes.length > maxChangesPerCommit) {
    throw new RangeError(`a commit has at most ${maxChangesPerCommit} changes`);
  }
  return {
    changes: changes.map(toRowChange),
    entries: entries.map(({ eventId, line }) => ({ eventId, line })),
  };
}
