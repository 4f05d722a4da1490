/** GenerateRandom: random bytes from the vault's generator, or from a token's. It uses no key. */
import type { CustomKeyStoreRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { KmsError } from "../../errors.ts";
import { requireConnected, requireKeyStore } from "../../key-stores.ts";
import { accountOperation, type Desk } from "../../operation.ts";
import { forRecipient } from "../../recipients.ts";
import { sentOrNull } from "../../recorded.ts";
import * as shape from "../../shapes.ts";
import { hasProblem, tokenNotUsable } from "../../token-failures.ts";
import { tokenKeyStoreOf } from "../../token-key-store.ts";
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
    const lengthBytes = input.NumberOfBytes ?? 0;
    if (input.CustomKeyStoreId !== undefined) {
      const keyStore = await requireKeyStore(input.CustomKeyStoreId, desk);
      if (recipient !== undefined) throw unsupported("with a Recipient for custom key stores");
      const output: Output<"GenerateRandom"> = {
        Plaintext: await randomOf(keyStore, lengthBytes, desk),
      };
      return { output };
    }
    const request = { lengthBytes };
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
async function randomOf(
  keyStore: CustomKeyStoreRecord,
  lengthBytes: number,
  { tokenKeys }: Pick<Desk, "tokenKeys">,
): Promise<Uint8Array> {
  if (keyStore.customKeyStoreType !== "AWS_CLOUDHSM") {
    throw unsupported("for custom key stores of type EXTERNAL_KEY_STORE");
  }
  requireConnected(keyStore, "Connect it before you generate random bytes in it.");
  const made = await tokenKeys.generateRandom(tokenKeyStoreOf(keyStore), lengthBytes);
  if (hasProblem(made)) throw tokenNotUsable();
  return made.bytes;
}

function unsupported(when: string): KmsError {
  return new KmsError("UnsupportedOperationException", `GenerateRandom is not supported ${when}.`);
}
