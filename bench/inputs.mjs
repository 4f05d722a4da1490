/** What the measured calls ask for. */
import { randomBytes } from "node:crypto";
import { callEach } from "./calls.mjs";

/** As many different requests are sent in a run; then they come again. */
const distinctRequests = 2048;
const plaintextBytes = 32;

const encryptionContext = (index) => ({ purpose: "bench", tenant: `tenant-${index % 100}` });

/** The calls that are measured, each made from a key id and a number that varies it. */
const calls = {
  Encrypt: (KeyId, index) => ({
    KeyId,
    Plaintext: randomBytes(plaintextBytes).toString("base64"),
    EncryptionContext: encryptionContext(index),
  }),
  GenerateDataKey: (KeyId, index) => ({
    KeyId,
    KeySpec: "AES_256",
    EncryptionContext: encryptionContext(index),
  }),
};

/** Inputs for one call, for each of the keys in turn. Decrypt is given what Encrypt made. */
export async function inputsFor(name, server, keyIds, count = distinctRequests) {
  if (name !== "Decrypt") {
    return Array.from({ length: count }, (_, index) =>
      calls[name](keyIds[index % keyIds.length], index),
    );
  }
  const inputs = await inputsFor("Encrypt", server, keyIds, count);
  const answers = await callEach(server, "Encrypt", inputs);
  return answers.map(({ CiphertextBlob }, index) => ({
    CiphertextBlob,
    EncryptionContext: inputs[index].EncryptionContext,
  }));
}
