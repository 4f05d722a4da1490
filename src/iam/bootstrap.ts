/** The first start: an account, an access key for it, and a file that tells its owner. */
import type { Clock } from "../lib/clock.ts";
import { wipe } from "../lib/wipe.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { Trail } from "../service/trail.ts";
import type { AccessKeyRecord } from "../store/records.ts";
import { commitOnRecord } from "../store/commit-on-record.ts";
import type { Change } from "../store/store.ts";
import type { AccountStore } from "./account-store.ts";
import { adminEventSource, accountResource } from "./admin/trail.ts";
import { writeCredentialsFile } from "./credentials-file.ts";
import { newAccessKey } from "./new-access-key.ts";

export interface Bootstrap {
  readonly store: AccountStore;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly trail: Trail;
  readonly accountId: string;
  readonly region: string;
  /** Where the credentials are written: a file for its owner only. */
  readonly path: string;
  readonly clock: Clock;
}

/**
 * Makes the first account of a store that has none, and says whether it did.
 *
 * A secret access key can be read only when it is made, so its file comes first: once the
 * account is in the store, the file is on disk. A crash in between leaves a file whose
 * access key no store knows; the next start finds no account and begins again with a new
 * secret and a new file. A store that has accounts is left alone, and so is the file: its
 * owner may have moved it away, and another account in the configuration must not
 * overwrite the only copy of a secret.
 */
export async function bootstrap(parts: Bootstrap): Promise<{ readonly created: boolean }> {
  const { store, secretAccessKeys, accountId, region, path, clock } = parts;
  const accounts = await store.listAccounts({ after: undefined, limit: 1 });
  if (accounts.length > 0) return { created: false };

  const wanted = { accountId, createdAtMs: clock() };
  const { record, secretAccessKey } = await newAccessKey(wanted, secretAccessKeys);
  try {
    const { accessKeyId } = record;
    await writeCredentialsFile(path, { accountId, accessKeyId, secretAccessKey, region });
  } finally {
    wipe(secretAccessKey);
  }
  await storeFirst(record, parts);
  return { created: true };
}

async function storeFirst(record: AccessKeyRecord, parts: Bootstrap): Promise<void> {
  const { trail, region } = parts;
  const { accountId, accessKeyId, createdAtMs } = record;
  const account = { accountId, name: "first account", createdAtMs, rowVersion: 1 };
  const changes: readonly Change[] = [
    { kind: "insert", table: "accounts", record: account },
    { kind: "insert", table: "accessKeys", record },
  ];
  const entry = trail.compose({
    eventSource: adminEventSource,
    eventName: "CreateFirstAccount",
    readOnly: false,
    requestParameters: null,
    responseElements: null,
    resources: [accountResource(accountId)],
    accountId,
    region,
    atMs: createdAtMs,
    serviceEventDetails: { accountId, accessKeyId },
  });
  await commitOnRecord(parts, changes, entry);
}
