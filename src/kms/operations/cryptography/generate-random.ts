/** GenerateRandom: random bytes from the vault's generator. It uses no key. */
import type { Output } from "../../contract.ts";
import { refuseRecipient } from "../../cryptographic-use.ts";
import { KmsError } from "../../errors.ts";
import { notYet } from "../../gaps.ts";
import { accountOperation } from "../../operation.ts";
import { sentOrNull } from "../../recorded.ts";
import * as shape from "../../shapes.ts";
import { askVault } from "../../vault.ts";

export const generateRandom = accountOperation("GenerateRandom", {
  input: {
    NumberOfBytes: shape.optional(shape.integer({ min: 1, max: 1024 })),
    CustomKeyStoreId: shape.optional(shape.text({ min: 1, max: 64 })),
    Recipient: shape.optional(shape.recipient),
  },
  readOnly: true,
  sensitive: true,
  validate(input) {
    refuseRecipient(input.Recipient);
    if (input.CustomKeyStoreId !== undefined) throw notYet("custom key stores");
    if (input.NumberOfBytes === undefined) {
      throw new KmsError("ValidationException", "NumberOfBytes is required.");
    }
  },
  async run({ input, vault }) {
    const lengthBytes = input.NumberOfBytes ?? 0;
    const { bytes } = await askVault(vault, "generateRandom", { lengthBytes });
    const output: Output<"GenerateRandom"> = { Plaintext: bytes };
    return { output };
  },
  record: ({ NumberOfBytes, CustomKeyStoreId }) =>
    sentOrNull({ numberOfBytes: NumberOfBytes, customKeyStoreId: CustomKeyStoreId }),
});
