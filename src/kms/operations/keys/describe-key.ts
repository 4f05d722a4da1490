/** DescribeKey: everything about a key that is not secret, whatever its state. */
import type { Output } from "../../contract.ts";
import { currentMaterial } from "../../key-material.ts";
import { keyMetadata } from "../../key-metadata.ts";
import { keyOperation, useOfKeyId } from "../../operation.ts";
import * as shape from "../../shapes.ts";

export const describeKey = keyOperation("DescribeKey", {
  input: { KeyId: shape.keyReference, GrantTokens: shape.optional(shape.grantTokens) },
  readOnly: true,
  uses: useOfKeyId("DescribeKey", { acceptsAlias: true, state: "any" }),
  async run({ key, store }) {
    const KeyMetadata = keyMetadata(key, await currentMaterial(store, key));
    const output: Output<"DescribeKey"> = { KeyMetadata };
    return { output };
  },
  record: ({ KeyId }) => ({ keyId: KeyId }),
});
