/** Whatever a proxy sends over its connection, a caller gets an answer that is documented. */
import { asyncProperty, assert, constantFrom, integer, jsonValue, oneof, string } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyStoreBench, type KeyStoreBench } from "../../test/key-store-bench.ts";
import { refusal } from "../../test/refusal.ts";
import { xksErrorNames } from "../service/external-keys.ts";

let bench: KeyStoreBench;
let CustomKeyStoreId: string;
let KeyId: string;
let CiphertextBlob: Uint8Array | undefined;
beforeAll(async () => {
  bench = await keyStoreBench();
  CustomKeyStoreId = await bench.newKeyStore();
  await bench.connect(CustomKeyStoreId);
  KeyId = await bench.newKeyIn(CustomKeyStoreId);
  const Plaintext = Buffer.from("text");
  ({ CiphertextBlob } = await bench.kms.call("Encrypt", { KeyId, Plaintext }));
  bench.proxy.addKey("another");
});
afterAll(async () => await bench.close());

const text = oneof(
  string(),
  string({ unit: "binary" }),
  jsonValue().map((value) => JSON.stringify(value)),
  constantFrom(...xksErrorNames).map((errorName) => JSON.stringify({ errorName })),
  jsonValue().map((errorName) => JSON.stringify({ errorName })),
  jsonValue().map((ciphertext) => JSON.stringify({ ciphertext, plaintext: ciphertext })),
);
const answers = oneof(
  { weight: 9, arbitrary: text },
  { weight: 1, arbitrary: integer({ min: 0, max: 70_000 }).map((length) => "[".repeat(length)) },
);

/** What each kind of operation may answer, by the errors that the API Reference lists for it. */
const documented = {
  Encrypt: /^KMSInvalidStateException$/,
  Decrypt: /^(?:KMSInvalidState|InvalidCiphertext)Exception$/,
  CreateKey: /^(?:CustomKeyStoreInvalidState|XksKeyNotFound|XksKeyInvalidConfiguration)Exception$/,
  UpdateCustomKeyStore:
    /^XksProxy(?:UriUnreachable|IncorrectAuthenticationCredential|InvalidConfiguration|InvalidResponse)Exception$/,
} as const;

const inputs = () =>
  ({
    Encrypt: { KeyId, Plaintext: Buffer.from("text") },
    Decrypt: { CiphertextBlob: CiphertextBlob ?? new Uint8Array() },
    CreateKey: { Origin: "EXTERNAL_KEY_STORE", CustomKeyStoreId, XksKeyId: "another" },
    UpdateCustomKeyStore: { CustomKeyStoreId, XksProxyUriPath: "/other/kms/xks/v1" },
  }) as const;

test.each(["Encrypt", "Decrypt", "CreateKey", "UpdateCustomKeyStore"] as const)(
  "%s",
  async (operation) => {
    const statuses = oneof(constantFrom(200, 400, 404, 500), integer({ min: 200, max: 599 }));
    await assert(
      asyncProperty(statuses, answers, async (status, body) => {
        bench.proxy.interfere({ status, body });
        const { code } = await refusal(bench.kms.send(operation, inputs()[operation]));
        expect(code).toMatch(documented[operation]);
      }),
      { numRuns: 150 },
    );
  },
);
