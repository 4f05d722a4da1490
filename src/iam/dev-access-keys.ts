/** The access keys of a development server, which everybody knows. Never for anything else. */
import { wipe } from "../lib/wipe.ts";
import type { Clock } from "../lib/clock.ts";
import type { AccessKeys } from "../service/access-keys.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { Change } from "../store/store.ts";
import { StoreConflict } from "../store/store.ts";
import type { AccountStore } from "./account-store.ts";
import { newAccessKey } from "./new-access-key.ts";

/** Whoever names accounts at random does not get to fill the disk. */
const maxCreated = 10_000;
const maxAttempts = 5;

/**
 * Wraps a directory of access keys: `test` with the secret `test` speaks for the first
 * account, and a 12-digit access key id, with the same secret, for the account of that
 * number. Both are made on first use.
 */
export function devAccessKeys(parts: {
  readonly accessKeys: AccessKeys;
  readonly store: AccountStore;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly firstAccountId: string;
  readonly clock: Clock;
}): AccessKeys {
  let created = 0;
  return {
    async findSigningCredential(scope) {
      const { accessKeyId } = scope;
      const accountId = accountIdFor(accessKeyId, parts.firstAccountId);
      const missing =
        accountId !== undefined && (await parts.store.findAccessKey(accessKeyId)) === undefined;
      if (missing && created < maxCreated) {
        created += 1;
        await createOnce({ accountId, accessKeyId }, parts);
      }
      return await parts.accessKeys.findSigningCredential(scope);
    },
  };
}

function accountIdFor(accessKeyId: string, firstAccountId: string): string | undefined {
  if (accessKeyId === "test") return firstAccountId;
  return /^\d{12}$/.test(accessKeyId) ? accessKeyId : undefined;
}

interface Wanted {
  readonly accountId: string;
  readonly accessKeyId: string;
}

type Parts = Pick<Parameters<typeof devAccessKeys>[0], "store" | "secretAccessKeys" | "clock">;

/** First uses may come at once: whoever finds the account or the key taken looks again. */
async function createOnce(wanted: Wanted, parts: Parts): Promise<void> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if ((await parts.store.findAccessKey(wanted.accessKeyId)) !== undefined) return;
    try {
      await parts.store.commit(await changesFor(wanted, parts));
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
    }
  }
}

async function changesFor(
  { accountId, accessKeyId }: Wanted,
  { store, secretAccessKeys, clock }: Parts,
): Promise<readonly Change[]> {
  const createdAtMs = clock();
  const wanted = { accountId, accessKeyId, createdAtMs, secret: Buffer.from("test") };
  const { record, secretAccessKey } = await newAccessKey(wanted, secretAccessKeys);
  wipe(secretAccessKey);
  const accessKey: Change = { kind: "insert", table: "accessKeys", record };
  if ((await store.findAccount(accountId)) !== undefined) return [accessKey];
  const account = { accountId, name: `dev ${accountId}`, createdAtMs, rowVersion: 1 };
  return [{ kind: "insert", table: "accounts", record: account }, accessKey];
}
