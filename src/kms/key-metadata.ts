/** KeyMetadata, as CreateKey and DescribeKey return it. */
import type {
  KeyMetadata,
  KeySpec,
  KeyState,
  KeyUsageType,
  MultiRegionConfiguration,
  OriginType,
} from "@aws-sdk/client-kms";
import type { KeyMaterialRecord } from "../store/records.ts";
import type { Key } from "./key.ts";
import { algorithmMembers } from "./key-algorithms.ts";
import { shownMaterialId } from "./key-material.ts";
import { shownState } from "./key-state.ts";

export function keyMetadata(
  key: Key,
  currentMaterial: KeyMaterialRecord | undefined,
  multiRegion?: MultiRegionConfiguration,
): KeyMetadata {
  return {
    AWSAccountId: key.accountId,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: new Date(key.createdAtMs),
    Enabled: shownState(key) === "Enabled",
    Description: key.description,
    KeyUsage: key.keyUsage as KeyUsageType,
    KeyState: shownState(key) as KeyState,
    DeletionDate: key.deletionAtMs === null ? undefined : new Date(key.deletionAtMs),
    Origin: key.origin as OriginType,
    KeyManager: key.keyManager,
    CustomerMasterKeySpec: key.keySpec as KeyMetadata["CustomerMasterKeySpec"],
    KeySpec: key.keySpec as KeySpec,
    ...algorithmMembers(key),
    MultiRegion: key.multiRegion,
    MultiRegionConfiguration: multiRegion,
    PendingDeletionWindowInDays: key.pendingWindowDays ?? undefined,
    CurrentKeyMaterialId: shownMaterialId(key, currentMaterial),
    CustomKeyStoreId: key.customKeyStoreId ?? undefined,
    CloudHsmClusterId: key.keyStore?.clusterId ?? undefined,
    XksKeyConfiguration: key.xksKeyId === null ? undefined : { Id: key.xksKeyId },
  };
}
