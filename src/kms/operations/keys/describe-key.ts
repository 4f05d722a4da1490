/** DescribeKey: everything about a key that is not secret, whatever its state. */
import type { Output } from "../../contract.ts";
import { expirationMembers, externalOrigin, isComplete } from "../../imported-material.ts";
import type { Key } from "../../key.ts";
import { currentMaterialIfAny } from "../../key-material.ts";
import { keyMetadata } from "../../key-metadata.ts";
import { type Desk, keyOperation, useOfKeyId } from "../../operation.ts";
import { multiRegionConfiguration, relatedKeys } from "../../related-keys.ts";
import * as shape from "../../shapes.ts";

export const describeKey = keyOperation("DescribeKey", {
  input: { KeyId: shape.keyReference, GrantTokens: shape.optional(shape.grantTokens) },
  readOnly: true,
  uses: useOfKeyId("DescribeKey", { acceptsAlias: true, state: "any" }),
  async run({ key, ...desk }) {
    const related = await relatedKeys(desk.store, key);
    const material = await currentMaterialIfAny(desk.store, key);
    const KeyMetadata = {
      ...keyMetadata(key, material, multiRegionConfiguration(key, related)),
      ...(await expirationOf(key, desk)),
    };
    const output: Output<"DescribeKey"> = { KeyMetadata };
    return { output };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});

/** Told of imported key material only, and while the key has all of it. */
async function expirationOf(key: Key, { store, nowMs }: Desk) {
  if (key.origin !== externalOrigin) return {};
  const materials = await store.listKeyMaterials(key);
  return isComplete(key, materials, nowMs) ? expirationMembers(key.materialValidToMs) : {};
}
