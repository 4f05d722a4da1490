/** Who an access key speaks for, and what proves it. */
import { rootArn } from "../lib/arn.ts";
import { andThen } from "../lib/eventually.ts";
import type { AccessKeys, SigningCredential, SigningScope } from "../service/access-keys.ts";
import type { Caller } from "../service/caller.ts";
import { Derived, derivedSigningKey } from "../service/derived.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { AccessKeyRecord, UserRecord } from "../store/records.ts";
import type { AccountStore } from "./account-store.ts";
import { withEffectivePolicies } from "./effective-policies.ts";
import { iamArn, userResource } from "./user.ts";

const maxKept = 4_096;

/**
 * The access keys of a store. An access key that is deactivated or deleted is unknown to
 * every request that starts after that was acknowledged, and so is what a user was allowed
 * before: the records are read each time, and what was made of older versions of them is
 * not used again.
 */
export function accessKeyDirectory(parts: {
  readonly store: AccountStore;
  readonly secretAccessKeys: SecretAccessKeys;
  /** Of the ARNs of users: one for all Regions, or a caller could choose what they are called. */
  readonly partition: string;
}): AccessKeys {
  const { store } = parts;
  const kept = new Derived<SigningCredential>(maxKept, ({ signingKey }) => signingKey.wipe());
  const credentialOf = (scope: SigningScope, owned: OwnedAccessKey) =>
    kept.find(nameOf(scope, owned), () => deriveCredential(scope, owned, parts));
  return {
    findSigningCredential: (scope) =>
      andThen(store.findAccessKey(scope.accessKeyId), (record) => {
        if (record?.status !== "Active") return undefined;
        if (record.userId === null) return credentialOf(scope, { record });
        return andThen(store.findUser(record.userId), (user) =>
          user === undefined
            ? undefined
            : withEffectivePolicies(() => credentialOf(scope, { record, user }), user, store),
        );
      }),
  };
}

interface OwnedAccessKey {
  readonly record: AccessKeyRecord;
  /** Missing for an access key of the root identity. */
  readonly user?: UserRecord;
}

/** A blank keeps the parts apart: no part of a credential scope that signs can hold one. */
function nameOf(scope: SigningScope, { record, user }: OwnedAccessKey): string {
  const { date, region, service } = scope;
  const versions = `${record.rowVersion} ${user?.rowVersion ?? 0}`;
  return `${record.accessKeyId} ${versions} ${date} ${region} ${service}`;
}

async function deriveCredential(
  { date, region, service }: SigningScope,
  { record, user }: OwnedAccessKey,
  { secretAccessKeys, partition }: Parameters<typeof accessKeyDirectory>[0],
): Promise<SigningCredential> {
  const { accountId, accessKeyId, wrappedSecret: wrapped } = record;
  const facts = { accountId, accessKeyId };
  const request = { facts, wrapped, date, region, service };
  const signingKey = await derivedSigningKey(secretAccessKeys, request);
  const caller =
    user === undefined
      ? rootOf(accountId, accessKeyId, region)
      : userOf(user, accessKeyId, partition);
  return { caller, signingKey };
}

function rootOf(accountId: string, accessKeyId: string, region: string): Caller {
  const arn = rootArn(accountId, region);
  return { type: "Root", accountId, arn, principalId: accountId, accessKeyId };
}

function userOf(user: UserRecord, accessKeyId: string, partition: string): Caller {
  const { accountId, userId: principalId, userName } = user;
  const arn = iamArn(partition, accountId, userResource(user));
  const identityPolicies = user.policies.map(({ PolicyDocument }) => PolicyDocument);
  return {
    type: "IAMUser",
    accountId,
    arn,
    principalId,
    accessKeyId,
    userName,
    identityPolicies,
  };
}
