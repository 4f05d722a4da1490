import { createAccessKeyId } from "../lib/access-key-id.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { AccessKeyRecord } from "../store/records.ts";

export interface NewAccessKey {
  readonly record: AccessKeyRecord;
  /** ASCII. Whoever asked for it wipes it. */
  readonly secretAccessKey: Uint8Array;
}

/** An active access key for an account, ready to be stored. Nothing is stored yet. */
export async function newAccessKey(
  wanted: {
    readonly accountId: string;
    /** Whose it is; the account's root identity's when it is left out. */
    readonly userId?: string;
    readonly createdAtMs: number;
    /** A fresh one when it is left out. */
    readonly accessKeyId?: string;
    readonly secret?: Uint8Array;
  },
  secretAccessKeys: SecretAccessKeys,
): Promise<NewAccessKey> {
  const {
    accountId,
    userId = null,
    createdAtMs,
    accessKeyId = createAccessKeyId(accountId),
    secret,
  } = wanted;
  const facts = { accountId, accessKeyId };
  const { secretAccessKey, wrapped } = await secretAccessKeys.create(facts, secret);
  return {
    record: {
      ...facts,
      userId,
      status: "Active",
      wrappedSecret: wrapped,
      createdAtMs,
      rowVersion: 1,
    },
    secretAccessKey,
  };
}
