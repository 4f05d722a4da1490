import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmsBench, type KmsBench } from "../../../../test/kms-bench.ts";
import { refusal } from "../../../../test/refusal.ts";

const EncapsulationAlgorithm = "ML_KEM";

let kms: KmsBench;
let KeyId: string;
beforeAll(async () => {
  kms = await kmsBench();
  KeyId = await kms.newKey({ KeySpec: "ML_KEM_768", KeyUsage: "ENCAPSULATE_DECAPSULATE" });
});
afterAll(async () => await kms.close());

describe("Encapsulate and Decapsulate", () => {
  test("agree on a secret", async () => {
    const made = await kms.call("Encapsulate", { KeyId, EncapsulationAlgorithm });
    expect(made).toEqual({
      KeyId: kms.arn(KeyId),
      SharedSecret: expect.any(Uint8Array),
      SharedSecretCiphertextBlob: expect.any(Uint8Array),
      EncapsulationAlgorithm,
    });
    const { SharedSecret, SharedSecretCiphertextBlob } = made;
    const input = { KeyId, SharedSecretCiphertextBlob, EncapsulationAlgorithm } as const;
    const opened = await kms.call("Decapsulate", input);
    expect(opened).toEqual({ KeyId: kms.arn(KeyId), SharedSecret, EncapsulationAlgorithm });
  });

  test("refuse a ciphertext of another length", async () => {
    const SharedSecretCiphertextBlob = Buffer.alloc(768);
    const input = { KeyId, SharedSecretCiphertextBlob, EncapsulationAlgorithm } as const;
    expect(await refusal(kms.call("Decapsulate", input))).toEqual({
      code: "InvalidCiphertextException",
      message: undefined,
    });
  });
});
