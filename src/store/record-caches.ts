/**
 * The records that most requests ask for, in memory. Absence is not remembered, but of
 * grants: most callers have none, and whoever asks for them has a key.
 *
 * Why no stale record stays: a miss is read and remembered in one synchronous step, so no
 * acknowledgement can come in between. A commit that reached the disk before the read
 * is seen by it; one that reaches the disk later has its records forgotten before it is
 * acknowledged.
 */
import { BoundedMap } from "../lib/bounded-map.ts";
import { GrantTermsCache } from "./grant-terms-cache.ts";
import type { GranteeTerms, KeyName } from "./records.ts";
import type { Change, TableName, Tables } from "./store.ts";
import { type AnyTable, tables } from "./tables.ts";

/**
 * At most so many records each. A key takes a kilobyte or two; its policy may take 32 KB
 * more, but nearly all keys of an account share a few texts, which are kept once.
 */
const limits = {
  accounts: 1_000,
  accessKeys: 10_000,
  // Records that hold policies, of up to 80 KB: so many characters of each kind.
  users: 4_000_000,
  roles: 4_000_000,
  groups: 4_000_000,
  managedPolicies: 4_000_000,
  keys: 20_000,
  customKeyStores: 1_000,
  keyMaterials: 20_000,
  aliases: 10_000,
} as const satisfies Partial<Record<TableName, number>>;

type CachedTable = keyof typeof limits;
type Caches = { readonly [Table in CachedTable]: BoundedMap<string, Tables[Table]> };

export interface RecordCaches {
  /** The remembered record, always the same object, or else what `load` finds. */
  find<Table extends CachedTable>(
    table: Table,
    primaryKey: readonly string[],
    load: () => Tables[Table] | undefined,
  ): Tables[Table] | undefined;
  /** The same for what the grants of a key allow to one grantee. */
  findTerms(name: KeyName, grantee: string, load: () => GranteeTerms): GranteeTerms;
  /** Forgets every record that the changes may have touched. */
  forget(changes: readonly Change[]): void;
}

export function recordCaches(): RecordCaches {
  const caches: Caches = {
    accounts: new BoundedMap(limits.accounts),
    accessKeys: new BoundedMap(limits.accessKeys),
    users: byCharacters(limits.users),
    roles: byCharacters(limits.roles),
    groups: byCharacters(limits.groups),
    managedPolicies: byCharacters(limits.managedPolicies),
    keys: new BoundedMap(limits.keys),
    customKeyStores: new BoundedMap(limits.customKeyStores),
    keyMaterials: new BoundedMap(limits.keyMaterials),
    aliases: new BoundedMap(limits.aliases),
  };
  const terms = new GrantTermsCache();
  return {
    find: (table, primaryKey, load) => findIn(caches[table], cacheKey(primaryKey), load),
    findTerms: (name, grantee, load) => terms.find(termsKey(name, grantee), load),
    forget(changes) {
      for (const change of changes) {
        forgetIn(caches, change);
        forgetTerms(terms, change);
      }
    },
  };
}

function byCharacters<Stored extends object>(max: number): BoundedMap<string, Stored> {
  return new BoundedMap(max, { weigh: (record) => JSON.stringify(record).length });
}

function findIn<Stored>(
  cache: BoundedMap<string, Stored>,
  key: string,
  load: () => Stored | undefined,
): Stored | undefined {
  const remembered = cache.get(key);
  if (remembered !== undefined) return remembered;
  const loaded = load();
  if (loaded !== undefined) cache.set(key, loaded);
  return loaded;
}

function forgetIn(caches: Caches, change: Change): void {
  const { table, kind } = change;
  if (kind === "limit" || !isCached(table)) return;
  const { record } = change;
  caches[table].delete(cacheKey(primaryKeyOf(tables[table], record)));
  if (table === "keys" && kind === "delete") {
    // Its key materials and aliases went with it. That is rare enough to forget them all.
    caches.keyMaterials.clear();
    caches.aliases.clear();
  }
}

function forgetTerms(terms: GrantTermsCache, change: Change): void {
  if (change.kind === "limit") return;
  if (change.table === "grants") terms.forget(termsKey(change.record, change.record.grantee));
  if (change.table === "keys" && change.kind === "delete") terms.clear();
}

function termsKey({ accountId, region, keyId }: KeyName, grantee: string): string {
  return cacheKey([accountId, region, keyId, grantee]);
}

function isCached(table: TableName): table is CachedTable {
  return table in limits;
}

function primaryKeyOf(table: AnyTable, record: object): string[] {
  const members = record as Readonly<Record<string, unknown>>;
  return table.primaryKey.map((member) => String(members[member]));
}

/** One string for several parts, such that other parts never make the same one. */
function cacheKey(parts: readonly string[]): string {
  let key = "";
  for (const part of parts) key += `${part.length}:${part}`;
  return key;
}
