import type { AccessKeyRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { iamError } from "./errors.ts";
import type { Subject } from "./operation.ts";

/** The access key of this user or root identity; another's is refused as if it did not exist. */
export async function requireAccessKey(
  store: Pick<AccountStore, "findAccessKey">,
  { accountId, user }: Subject,
  accessKeyId: string,
): Promise<AccessKeyRecord> {
  const record = await store.findAccessKey(accessKeyId);
  const owner = user?.userId ?? null;
  if (record?.accountId === accountId && record.userId === owner) return record;
  throw iamError("NoSuchEntity", `The Access Key with id ${accessKeyId} cannot be found.`);
}
