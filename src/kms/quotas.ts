/**
 * The resource quotas of an account in a Region, as AWS documents them. They are part of
 * what an operation stores, so that calls at the same time cannot pass one together.
 */
import type { CustomKeyStoreName, KeyName } from "../store/records.ts";
import type { Limit, LimitReached } from "../store/store.ts";
import { KmsError, throttled } from "./errors.ts";
import { keyArn } from "./key.ts";

const maxKeys = 100_000;
const maxAliasesPerKey = 50;
/** Not a quota of AWS, which makes one a second. Each lives for a day, and an import needs one. */
const maxImportKeysPerKey = 1_000;
const maxGrantsPerKey = 50_000;
const maxKeyStores = 10;

/** Customer managed keys, in every state. To stand after the change that adds one. */
export function keyQuota({ accountId, region }: Omit<KeyName, "keyId">): Limit {
  const where = { accountId, region, keyManager: "CUSTOMER" } as const;
  return { kind: "limit", table: "keys", where, max: maxKeys };
}

/** Aliases of one key. To stand after the change that gives it another. */
export function aliasQuota({ accountId, region, keyId }: KeyName): Limit {
  const where = { accountId, region, targetKeyId: keyId };
  return { kind: "limit", table: "aliases", where, max: maxAliasesPerKey };
}

/** Wrapping keys of one key. To stand after the change that gives it another. */
export function importKeyQuota({ accountId, region, keyId }: KeyName): Limit {
  const where = { accountId, region, keyId };
  return { kind: "limit", table: "importKeys", where, max: maxImportKeysPerKey };
}

/** Grants on one key. To stand after the change that gives it another. */
export function grantQuota({ accountId, region, keyId }: KeyName): Limit {
  const where = { accountId, region, keyId };
  return { kind: "limit", table: "grants", where, max: maxGrantsPerKey };
}

/** Custom key stores. To stand after the change that adds one. */
export function keyStoreQuota({ accountId, region }: CustomKeyStoreName): Limit {
  const where = { accountId, region };
  return { kind: "limit", table: "customKeyStores", where, max: maxKeyStores };
}

/** What a caller is told who would pass a quota. */
export function quotaReached({ limit }: LimitReached): KmsError {
  if (limit.table === "importKeys") {
    return throttled();
  }
  return new KmsError(
    "LimitExceededException",
    `The quota of ${limit.max} ${whatIsLimited(limit)} has been reached.`,
  );
}

function whatIsLimited(limit: Limit): string {
  if (limit.table === "grants") {
    const { accountId = "", region = "", keyId = "" } = limit.where;
    return `grants for the key ${keyArn({ accountId, region, keyId })}`;
  }
  if (limit.table === "keys") return "KMS keys";
  if (limit.table === "customKeyStores") return "custom key stores";
  if (limit.table !== "aliases") return limit.table;
  const { accountId = "", region = "", targetKeyId: keyId = "" } = limit.where;
  return `aliases for the key ${keyArn({ accountId, region, keyId })}`;
}
