/** ReplicateKey: a key with the primary's id and key material in another Region. */
import type { KeyMetadata, KeySpec, ReplicateKeyRequest } from "@aws-sdk/client-kms";
import type { CallEvent } from "../../../service/trail.ts";
import { requireIdentityAction } from "../../authorize.ts";
import type { Output } from "../../contract.ts";
import { forwardedEvent } from "../../events.ts";
import { type Key, keyResource } from "../../key.ts";
import { policyOfNewKey } from "../../key-policy.ts";
import { type Desk, keyOperation } from "../../operation.ts";
import { shownPolicy } from "../../pinned-policy.ts";
import { requirePrimary } from "../../primary-key.ts";
import { keyQuota } from "../../quotas.ts";
import { recordedMetadata } from "../../recorded-metadata.ts";
import { relatedKeys, synchronizeEvents } from "../../related-keys.ts";
import { newReplica, replicaMetadata, requireReplicaRegion } from "../../replica.ts";
import * as shape from "../../shapes.ts";
import { recordedTags, tagConditions, tagList, tagsOfNewKey } from "../../tags.ts";
import { createKey, createKeyConditions } from "../keys/create-key.ts";

export const replicateKey = keyOperation("ReplicateKey", {
  input: {
    KeyId: shape.keyReference,
    ReplicaRegion: shape.regionName,
    Policy: shape.optional(shape.policy),
    BypassPolicyLockoutSafetyCheck: shape.optional(shape.flag),
    Description: shape.optional(shape.text({ min: 0, max: 8192 })),
    Tags: shape.optional(tagList),
  },
  readOnly: false,
  uses: [
    {
      action: "ReplicateKey",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      state: "enabled",
      conditions: ({ ReplicaRegion, Tags }) => ({
        "kms:ReplicaRegion": ReplicaRegion,
        ...tagConditions(Tags),
      }),
    },
  ],

  async run({ input, key, ...desk }) {
    requirePrimary(key);
    const before = await relatedKeys(desk.store, key);
    const region = input.ReplicaRegion;
    requireReplicaRegion(region, key, before, desk.regions);
    const { policy, tags } = await allowedInRegion(input, key, desk);
    const own = { region, policy, tags, description: input.Description ?? "" };
    const { replica, changes } = await newReplica(key, own, desk);
    const related = [...before, replica];
    const ReplicaKeyMetadata = replicaMetadata(replica, related);
    const ReplicaPolicy = await shownPolicy(policy, desk.identities);
    const output: Output<"ReplicateKey"> = {
      ReplicaKeyMetadata,
      ReplicaPolicy,
      ReplicaTags: tags.length === 0 ? undefined : [...tags],
    };
    return {
      output,
      changes: [...changes, keyQuota(replica)],
      responseElements: {
        replicaKeyMetadata: recordedMetadata(ReplicaKeyMetadata),
        replicaPolicy: ReplicaPolicy,
        replicaTags: tags.length === 0 ? undefined : recordedTags(tags),
      },
      serviceEvents: [
        creation(replica, input, ReplicaKeyMetadata, desk),
        ...synchronizeEvents(key, related, { atMs: desk.nowMs, requestId: desk.facts.requestId }),
      ],
    };
  },

  record: (input) => ({
    keyId: input.KeyId,
    replicaRegion: input.ReplicaRegion,
    bypassPolicyLockoutSafetyCheck: input.BypassPolicyLockoutSafetyCheck ?? false,
    description: input.Description ?? "",
    policy: input.Policy,
    tags: input.Tags === undefined ? undefined : recordedTags(input.Tags),
  }),
});

/** The replica is a new key of the caller's in its Region, and must be one that CreateKey would make. */
async function allowedInRegion(input: ReplicateKeyRequest, primary: Key, desk: Desk) {
  const region = input.ReplicaRegion ?? primary.region;
  const there = { ...desk, facts: { ...desk.facts, region } };
  requireIdentityAction("CreateKey", "*", there, () => ({
    ...createKeyConditions({ ...input, KeySpec: primary.keySpec as KeySpec, MultiRegion: true }),
    "kms:KeyUsage": primary.keyUsage,
    "kms:CustomerMasterKeyUsage": primary.keyUsage,
    "kms:KeyOrigin": primary.origin,
    "kms:MultiRegionKeyType": "REPLICA",
  }));
  const tags = tagsOfNewKey(input.Tags, there);
  const policy = await policyOfNewKey(input, { ...primary, region, tags }, there);
  return { policy, tags };
}

/** CreateKey in the replica's Region, as KMS calls it for the one who asked for the replica. */
function creation(
  replica: Key,
  { Policy, BypassPolicyLockoutSafetyCheck, Tags }: ReplicateKeyRequest,
  metadata: KeyMetadata,
  desk: Pick<Desk, "caller" | "facts">,
): CallEvent {
  return forwardedEvent("CreateKey", desk, replica.region, {
    requestParameters: createKey.record({
      Description: replica.description,
      KeySpec: metadata.KeySpec,
      KeyUsage: metadata.KeyUsage,
      Origin: metadata.Origin,
      MultiRegion: true,
      Policy,
      BypassPolicyLockoutSafetyCheck,
      Tags,
    }),
    responseElements: { keyMetadata: recordedMetadata(metadata) },
    resources: [keyResource(replica.accountId, replica.arn)],
  });
}
