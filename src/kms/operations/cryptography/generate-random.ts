/** GenerateRandom: random bytes from the vault's generator. It uses no key. */
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { requireKeyStore } from "../../key-stores.ts";
import { accountOperation, type Desk } from "../../operation.ts";
import { forRecipient } from "../../recipients.ts";
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
    if (input.NumberOfBytes === undefined) {
      throw new KmsError("ValidationException", "NumberOfBytes is required.");
    }
  },
  async run({ input, vault, recipient, ...desk }) {
    if (input.CustomKeyStoreId !== undefined) await refuseKeyStore(input.CustomKeyStoreId, desk);
    const request = { lengthBytes: input.NumberOfBytes ?? 0 };
    const made =
      recipient === undefined
        ? await askVault(vault, "generateRandom", request)
        : await askVault(vault, "generateRandomForRecipient", forRecipient(request, recipient));
    const output: Output<"GenerateRandom"> =
      "envelope" in made ? { CiphertextForRecipient: made.envelope } : { Plaintext: made.bytes };
    return { output };
  },
  record: ({ NumberOfBytes, CustomKeyStoreId }) =>
    sentOrNull({ numberOfBytes: NumberOfBytes, customKeyStoreId: CustomKeyStoreId }),
});

/** Only a CloudHSM cluster generates random bytes for others; an XKS proxy has no such call. */
async function refuseKeyStore(customKeyStoreId: string, desk: Omit<Desk, "vault">): Promise<never> {
  await requireKeyStore(customKeyStoreId, desk);
  throw new KmsError(
    "UnsupportedOperationException",
    "GenerateRandom is not supported for custom key stores of type EXTERNAL_KEY_STORE.",
  );
}
