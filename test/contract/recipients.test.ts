import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enclavePair, nitroPlatform } from "../attestation.ts";
import { answer, type Contract, refusal, startContract } from "./contract.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-recipients-"));
const attestationRootPath = path.join(directory, "root.pem");
const platform = nitroPlatform({ issuedAtMs: Date.now() });
const secret = Buffer.from("for the enclave alone");

let contract: Contract;
let KeyId: string;
let CiphertextBlob: Uint8Array;
beforeAll(async () => {
  writeFileSync(attestationRootPath, platform.root.toString());
  contract = await startContract({ attestationRootPath });
  KeyId = await contract.newKey();
  const sealed = await contract.kms.encrypt({ KeyId, Plaintext: secret });
  CiphertextBlob = sealed.CiphertextBlob ?? new Uint8Array();
});
afterAll(async () => {
  // There is none when it could not be started, which is what the test is to say then.
  await contract?.stop();
  rmSync(directory, { recursive: true });
});

function recipient(AttestationDocument: Uint8Array) {
  return { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256", AttestationDocument } as const;
}

/** What `openssl cms -decrypt` makes of an envelope with the enclave's private key. */
function opensslOpens(envelope: Uint8Array): Buffer {
  const [input, key] = [path.join(directory, "envelope.der"), path.join(directory, "key.pem")];
  writeFileSync(input, envelope);
  writeFileSync(key, enclavePair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const options = ["-decrypt", "-binary", "-inform", "DER", "-in", input, "-inkey", key];
  const opened = spawnSync("openssl", ["cms", ...options]);
  if (opened.status !== 0) throw new Error(opened.stderr.toString());
  return opened.stdout;
}

describe("a client inside an enclave", () => {
  test.skipIf(!hasOpenssl)("opens what Decrypt answers with the openssl command", async () => {
    const Recipient = recipient(platform.document(Date.now()));
    const output = await answer(contract.kms.decrypt({ CiphertextBlob, Recipient }));
    expect(output).toEqual({
      KeyId: contract.arn(`key/${KeyId}`),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      CiphertextForRecipient: expect.any(Uint8Array) as unknown,
    });
    expect(opensslOpens(output.CiphertextForRecipient ?? new Uint8Array())).toEqual(secret);
  });

  test.skipIf(!hasOpenssl)("opens a data key that Decrypt gives others in plaintext", async () => {
    const output = await contract.kms.generateDataKey({
      KeyId,
      KeySpec: "AES_256",
      Recipient: recipient(platform.document(Date.now())),
    });
    const { Plaintext } = await contract.kms.decrypt({ CiphertextBlob: output.CiphertextBlob });
    const opened = opensslOpens(output.CiphertextForRecipient ?? new Uint8Array());
    expect(new Uint8Array(opened)).toEqual(Plaintext);
  });
});

/** What a call is refused with whose recipient has this document. */
async function refusalOf(document: Uint8Array) {
  const call = contract.kms.decrypt({ CiphertextBlob, Recipient: recipient(document) });
  return await refusal(call);
}

const invalid = { name: "ValidationException", status: 400 };

describe("whatever a client sends as a document", () => {
  const sound = platform.document(Date.now());
  const mutation = fc.record({
    at: fc.nat(sound.length - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    drop: fc.nat(40),
  });

  test("a changed one is a ValidationException", async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async ({ at, bytes, drop }) => {
        const tail = sound.subarray(at + drop);
        const document = Buffer.concat([sound.subarray(0, at), bytes, tail]);
        fc.pre(!document.equals(sound));
        expect(await refusalOf(document)).toMatchObject(invalid);
      }),
      { numRuns: 60 },
    );
  });

  test("noise is a ValidationException", async () => {
    const noise = fc.uint8Array({ minLength: 1, maxLength: 3_000 });
    await fc.assert(
      fc.asyncProperty(noise, async (document) => {
        expect(await refusalOf(document)).toMatchObject(invalid);
      }),
      { numRuns: 40 },
    );
  });

  test.each([0x81, 0x9f, 0xa1, 0xbf, 0x40, 0xd2])("so is 150 KB of 0x%s", async (byte) => {
    expect(await refusalOf(Buffer.alloc(150_000, byte))).toMatchObject(invalid);
  });
});
