/** What is made for an attested recipient is, in the clear, in nobody's memory but the recipient's. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import {
  CreateKeyCommand,
  DecryptCommand,
  GenerateDataKeyCommand,
  GenerateRandomCommand,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { enclavePair, nitroPlatform } from "../attestation.ts";
import { openEnvelope } from "../open-envelope.ts";
import { memoryOf } from "../process-memory.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const times = 16;
const scratch = temporaryDirectory();
const platform = nitroPlatform({ issuedAtMs: Date.now() });
const secrets: Buffer[] = [];
let keyhaven: KeyhavenProcess;
let client: KMSClient;
let keyId: string;

beforeAll(async () => {
  const rootPath = path.join(scratch, "root.pem");
  writeFileSync(rootPath, platform.root.toString());
  keyhaven = await startKeyhavenProcess({
    dataDirectory: path.join(scratch, "data"),
    arguments: ["--attestation-root", rootPath],
  });
  client = keyhaven.client();
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  keyId = KeyMetadata?.KeyId ?? "";
  for (let count = 0; count < times; count += 1) await use(keyId);
});
afterAll(async () => {
  client?.destroy();
  await keyhaven?.stop();
  removeDirectory(scratch);
});

/** A data key, the same once more from its ciphertext, and random bytes. */
async function use(KeyId: string): Promise<void> {
  const Recipient = {
    KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256",
    AttestationDocument: platform.document(Date.now()),
  } as const;
  const made = await client.send(
    new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", Recipient }),
  );
  const { CiphertextBlob } = made;
  const decrypted = await client.send(new DecryptCommand({ CiphertextBlob, Recipient }));
  const dataKey = opened(made.CiphertextForRecipient);
  expect(opened(decrypted.CiphertextForRecipient)).toEqual(dataKey);
  const random = await client.send(new GenerateRandomCommand({ NumberOfBytes: 32, Recipient }));
  secrets.push(dataKey, opened(random.CiphertextForRecipient));
}

function opened(envelope: Uint8Array | undefined): Buffer {
  return openEnvelope(envelope ?? new Uint8Array(), enclavePair.privateKey);
}

/** How many of some bytes stand in a process's memory, as they are or in base64. */
function foundIn(pid: number, wanted: readonly Buffer[], context: TestContext): number {
  const needles = wanted.map((bytes) => [bytes, Buffer.from(bytes.toString("base64"))]);
  const found = new Set<number>();
  for (const bytes of memoryOf(pid, context)) {
    for (const [index, forms] of needles.entries()) {
      if (forms.some((form) => bytes.includes(form))) found.add(index);
    }
  }
  return found.size;
}

describe.skipIf(process.platform !== "linux")("plaintexts for an attested recipient", () => {
  test("never come into the process that speaks with the network", (context) => {
    expect(secrets).toHaveLength(2 * times);
    const { api } = keyhaven.pids();
    expect(foundIn(api, [Buffer.from(keyId)], context)).toBe(1);
    expect(foundIn(api, secrets, context)).toBe(0);
  });

  test("are wiped in the vault once they are enveloped", (context) => {
    expect(foundIn(keyhaven.pids().vault, secrets, context)).toBe(0);
  });
});
