/** CreateKey: a new KMS key. Its key material never leaves the vault, or is imported later. */
import type { CreateKeyRequest } from "@aws-sdk/client-kms";
import type { Tag } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { invalid } from "../../errors.ts";
import { findExternalPlace } from "../../external-key.ts";
import { notImportableYet, notYet } from "../../gaps.ts";
import { keyResource } from "../../key.ts";
import { keyMetadata } from "../../key-metadata.ts";
import { lockoutCheckConditions, policyOfNewKey } from "../../key-policy.ts";
import { isImportable, symmetricDefault, usagesOf } from "../../key-algorithms.ts";
import { externalOrigin } from "../../imported-material.ts";
import { customerMasterKeySpecs, keySpecs, keyUsages, origins } from "../../key-spec.ts";
import { newKey } from "../../new-key.ts";
import { accountOperation, type ConditionFacts, type Desk } from "../../operation.ts";
import { refuseSm2 } from "../../partition-limits.ts";
import { keyQuota } from "../../quotas.ts";
import { multiRegionConfiguration } from "../../related-keys.ts";
import { recordedMetadata } from "../../recorded-metadata.ts";
import * as shape from "../../shapes.ts";
import { findTokenPlace, makeTokenKey } from "../../token-key.ts";
import { recordedTags, tagConditions, tagList, tagsOfNewKey } from "../../tags.ts";

export const createKey = accountOperation("CreateKey", {
  input: {
    Policy: shape.optional(shape.policy),
    Description: shape.optional(shape.text({ min: 0, max: 8192 })),
    KeyUsage: shape.optional(shape.oneOf(keyUsages)),
    CustomerMasterKeySpec: shape.optional(shape.oneOf(customerMasterKeySpecs)),
    KeySpec: shape.optional(shape.oneOf(keySpecs)),
    Origin: shape.optional(shape.oneOf(origins)),
    CustomKeyStoreId: shape.optional(shape.text({ min: 1, max: 64 })),
    BypassPolicyLockoutSafetyCheck: shape.optional(shape.flag),
    Tags: shape.optional(tagList),
    MultiRegion: shape.optional(shape.flag),
    XksKeyId: shape.optional(shape.xksKeyId),
  },
  readOnly: false,
  validate: requireSoundCombination,

  conditions: createKeyConditions,
  async run({ input, ...desk }) {
    requireImplemented(input, desk.facts.region);
    const tags = tagsOfNewKey(input.Tags, desk);
    const chosen = chosenProperties(input, tags, desk);
    const policy = await policyOfNewKey(input, chosen, desk);
    const outside = (await findExternalPlace(input, desk)) ?? (await findTokenPlace(input, desk));
    const made = await newKey(desk.vault, {
      ...chosen,
      policy,
      keyManager: "CUSTOMER",
      description: input.Description ?? "",
      createdAtMs: desk.nowMs,
      rotationPeriodDays: null,
      nextRotationAtMs: null,
      ...outside?.properties,
    });
    const inToken = outside && (await makeTokenKey(made, outside, desk));
    const { material, changes } = made;
    const key = outside === undefined ? made.key : { ...made.key, keyStore: outside.keyStore };
    const KeyMetadata = keyMetadata(key, material, multiRegionConfiguration(key, [key]));
    const output: Output<"CreateKey"> = { KeyMetadata };
    return {
      output,
      changes: [...changes, ...(outside === undefined ? [] : [outside.change]), keyQuota(key)],
      responseElements: { keyMetadata: recordedMetadata(KeyMetadata) },
      ...inToken,
      resources: [keyResource(key.accountId, key.arn)],
    };
  },

  record: (input) => {
    const keySpec = chosenSpec(input);
    return {
      description: input.Description ?? "",
      origin: input.Origin ?? "AWS_KMS",
      bypassPolicyLockoutSafetyCheck: input.BypassPolicyLockoutSafetyCheck ?? false,
      customerMasterKeySpec: keySpec,
      keySpec,
      keyUsage: input.KeyUsage ?? "ENCRYPT_DECRYPT",
      multiRegion: input.MultiRegion ?? false,
      tags: recordedTags(input.Tags ?? []),
      policy: input.Policy,
      customKeyStoreId: input.CustomKeyStoreId,
      xksKeyId: input.XksKeyId,
    };
  },
});

function chosenSpec({ KeySpec, CustomerMasterKeySpec }: CreateKeyRequest) {
  return KeySpec ?? CustomerMasterKeySpec ?? symmetricDefault;
}

/** What a policy may ask of a request for a new key, in whichever Region. */
export function createKeyConditions(input: CreateKeyRequest): ConditionFacts {
  const { KeyUsage = "ENCRYPT_DECRYPT", Origin = "AWS_KMS", MultiRegion = false } = input;
  return {
    "kms:KeySpec": chosenSpec(input),
    "kms:CustomerMasterKeySpec": chosenSpec(input),
    "kms:KeyUsage": KeyUsage,
    "kms:CustomerMasterKeyUsage": KeyUsage,
    "kms:KeyOrigin": Origin,
    "kms:MultiRegion": String(MultiRegion),
    "kms:MultiRegionKeyType": MultiRegion ? "PRIMARY" : undefined,
    ...lockoutCheckConditions(input.BypassPolicyLockoutSafetyCheck),
    ...tagConditions(input.Tags),
  };
}

/** What a policy may ask about the new key. */
function chosenProperties(
  input: CreateKeyRequest,
  tags: readonly Tag[],
  { caller, facts }: Pick<Desk, "caller" | "facts">,
) {
  const { region } = facts;
  const multiRegion = input.MultiRegion ?? false;
  return {
    accountId: caller.accountId,
    region,
    keySpec: chosenSpec(input),
    keyUsage: input.KeyUsage ?? "ENCRYPT_DECRYPT",
    origin: input.Origin ?? "AWS_KMS",
    multiRegion,
    primaryRegion: multiRegion ? region : null,
    tags,
  };
}

function requireSoundCombination(input: CreateKeyRequest): void {
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) {
    throw invalid(
      "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. " +
        "CustomerMasterKeySpec is deprecated.",
    );
  }
  const spec = chosenSpec(input);
  if (input.KeyUsage === undefined && spec !== symmetricDefault) {
    throw invalid(
      "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
    );
  }
  const usage = input.KeyUsage ?? "ENCRYPT_DECRYPT";
  if (!usagesOf(spec).includes(usage)) {
    throw invalid(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  requireSoundOrigin(input);
}

function requireSoundOrigin(input: CreateKeyRequest): void {
  const origin = input.Origin ?? "AWS_KMS";
  const inKeyStore = origin === "AWS_CLOUDHSM" || origin === "EXTERNAL_KEY_STORE";
  const unsupported = inKeyStore
    ? chosenSpec(input) !== symmetricDefault
    : origin === externalOrigin && !isImportable(chosenSpec(input));
  if (unsupported) {
    throw invalid(`KeySpec ${chosenSpec(input)} is not supported for Origin ${origin}`);
  }
  if (inKeyStore !== (input.CustomKeyStoreId !== undefined)) {
    throw invalid(
      inKeyStore
        ? `CustomKeyStoreId is required for Origin ${origin}`
        : `CustomKeyStoreId is not supported for Origin ${origin}`,
    );
  }
  if (inKeyStore && input.MultiRegion === true) {
    throw invalid(`MultiRegion is not supported for Origin ${origin}`);
  }
  if ((origin === "EXTERNAL_KEY_STORE") !== (input.XksKeyId !== undefined)) {
    throw invalid("XksKeyId is required with, and only with, Origin EXTERNAL_KEY_STORE");
  }
}

function requireImplemented(input: CreateKeyRequest, region: string): void {
  refuseSm2(chosenSpec(input), region);
  if (input.Origin === externalOrigin && notImportableYet.includes(chosenSpec(input))) {
    throw notYet(`imported key material for ${chosenSpec(input)}`);
  }
}
