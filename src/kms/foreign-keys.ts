/**
 * Keys of other accounts. Whether one exists is nobody's business who may not use it, so
 * something stands in for one that does not: its refusal takes the same way.
 */
import { andThen, type Eventually } from "../lib/eventually.ts";
import type { KeyName } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { foundKey } from "./found-key.ts";
import { type Key, keyArn } from "./key.ts";
import type { KeyReference } from "./key-reference.ts";

/** The key that a key ARN or an alias ARN of another account stands for, or a stand-in. */
export function foreignKey(reference: KeyReference, store: Store, nowMs: number): Eventually<Key> {
  const { accountId, region } = reference;
  return andThen(findKeyId(reference, store), (keyId) => {
    if (keyId === undefined) return standIn({ accountId, region, keyId: nobodysKeyId });
    const name = { accountId, region, keyId };
    return andThen(store.findKey(name), (record) =>
      record === undefined ? standIn(name) : foundKey(record, store, nowMs),
    );
  });
}

function findKeyId(reference: KeyReference, store: Store): Eventually<string | undefined> {
  if (reference.kind === "key") return reference.keyId;
  const { accountId, region, aliasName } = reference;
  return andThen(store.findAlias(accountId, region, aliasName), (alias) => alias?.targetKeyId);
}

/** Stands for a key that is not there, or not yet. */
export const nobodysKeyId = "00000000-0000-0000-0000-000000000000";

/** It denies everyone everything, so nobody gets past it, whatever else is decided. */
const nobodysPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "kms:*", Resource: "*" }],
});

function standIn(name: KeyName): Key {
  return {
    ...name,
    arn: keyArn(name),
    keySpec: "SYMMETRIC_DEFAULT",
    keyUsage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    keyManager: "CUSTOMER",
    multiRegion: false,
    keyState: "Disabled",
    description: "",
    policy: nobodysPolicy,
    tags: [],
    createdAtMs: 0,
    deletionAtMs: null,
    pendingWindowDays: null,
    primaryRegion: null,
    currentMaterial: null,
    rotationPeriodDays: null,
    nextRotationAtMs: null,
    onDemandRotations: 0,
    materialValidToMs: null,
    customKeyStoreId: null,
    xksKeyId: null,
    rowVersion: 0,
  };
}
