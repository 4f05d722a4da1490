/** Who an access key speaks for, and what proves it. */
import { rootArn } from "../lib/arn.ts";
import { andThen } from "../lib/eventually.ts";
import { wipe } from "../lib/wipe.ts";
import type { AccessKeys, SigningCredential, SigningScope } from "../service/access-keys.ts";
import type { Caller } from "../service/caller.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import { SigningKey } from "../service/signing-key.ts";
import type { AccessKeyRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { SigningCredentials } from "./signing-credentials.ts";

const maxKept = 4_096;

/**
 * The access keys of a store. An access key that is deactivated or deleted is unknown to
 * every request that starts after that was acknowledged: the record is read each time,
 * and what was derived from an older version of it is not used again.
 */
export function accessKeyDirectory(parts: {
  readonly store: AccountStore;
  readonly secretAccessKeys: SecretAccessKeys;
}): AccessKeys {
  const kept = new SigningCredentials(maxKept);
  return {
    findSigningCredential: (scope) =>
      andThen(parts.store.findAccessKey(scope.accessKeyId), (record) => {
        if (record?.status !== "Active") return undefined;
        return kept.find(nameOf(scope, record), () =>
          deriveCredential(scope, record, parts.secretAccessKeys),
        );
      }),
  };
}

/** A blank keeps the parts apart: no part of a credential scope that signs can hold one. */
function nameOf(scope: SigningScope, record: AccessKeyRecord): string {
  const { date, region, service } = scope;
  return `${record.accessKeyId} ${record.rowVersion} ${date} ${region} ${service}`;
}

async function deriveCredential(
  { date, region, service }: SigningScope,
  { accountId, accessKeyId, wrappedSecret: wrapped }: AccessKeyRecord,
  secretAccessKeys: SecretAccessKeys,
): Promise<SigningCredential> {
  const facts = { accountId, accessKeyId };
  const bytes = await secretAccessKeys.deriveSigningKey({ facts, wrapped, date, region, service });
  try {
    return { caller: rootOf(accountId, accessKeyId, region), signingKey: new SigningKey(bytes) };
  } finally {
    wipe(bytes);
  }
}

function rootOf(accountId: string, accessKeyId: string, region: string): Caller {
  const arn = rootArn(accountId, region);
  return { type: "Root", accountId, arn, principalId: accountId, accessKeyId };
}
