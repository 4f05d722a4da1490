/**
 * The root key, which wraps the domain keys; one key is derived from it besides, for the
 * ids of imported key material. At rest it is sealed
 * in seal.json under root.key, a file of random bytes beside it.
 */
import { randomFillSync, randomUUID, timingSafeEqual } from "node:crypto";
import path from "node:path";
import { CannotOpen } from "./cannot-open.ts";
import { open, seal } from "./committing-aead.ts";
import { domain, prefixed } from "./encoding.ts";
import { HmacKey } from "./hmac-key.ts";
import { Label, deriveInto } from "./kdf.ts";
import { NoncePool } from "./nonce-pool.ts";
import {
  createProtectedFile,
  readProtectedFile,
  removeUnfinishedFiles,
  requireProtectedDirectory,
} from "./protected-files.ts";
import {
  type KeyFileSlot,
  type SealRecord,
  decodeSealRecord,
  encodeSealRecord,
} from "./seal-record.ts";
import { newSecret } from "./secret-bytes.ts";

const keyBytes = 32;
const saltBytes = 32;
const maximumKeyFileBytes = 1_024;
const maximumSealRecordBytes = 65_536;

const keyFileLabel = new Label("seal/keyfile/v1");
const rootLabel = new Label("seal/root/v1");
const commitmentLabel = new Label("root/commit/v1");

export interface RootKey {
  readonly instanceId: string;
  readonly rootKeyId: string;
  readonly key: HmacKey;
}

/**
 * Opens the root key of a vault directory. With `initialize`, what is missing of a new
 * vault is made first; after a crash half-way the next start goes on from there. A root
 * key that was lost is never replaced: then, and for any file that is not as it must be,
 * this throws CannotOpen.
 */
export async function openRootKey(options: {
  readonly directory: string;
  readonly initialize: boolean;
}): Promise<RootKey> {
  const { directory, initialize } = options;
  const keyFile = path.join(directory, "root.key");
  const sealFile = path.join(directory, "seal.json");
  requireProtectedDirectory(directory, initialize);
  if (initialize) await createWhatIsMissing(keyFile, sealFile);

  const record = readSealRecord(sealFile);
  const keyFileKey = readKeyFile(keyFile);
  try {
    const rootKey = openWithKeyFile(record, keyFileKey, { keyFile, sealFile });
    if (initialize) removeUnfinishedFiles(directory);
    return rootKey;
  } finally {
    keyFileKey.wipe();
  }
}

async function createWhatIsMissing(keyFile: string, sealFile: string): Promise<void> {
  // Where there is a seal record there was a key file: making another would hide its loss.
  if (exists(sealFile, maximumSealRecordBytes)) return;
  if (!exists(keyFile, maximumKeyFileBytes)) await createKeyFile(keyFile);
  const keyFileKey = readKeyFile(keyFile);
  const record = sealNewRootKey(keyFileKey);
  keyFileKey.wipe();
  await createProtectedFile(sealFile, encodeSealRecord(record), 0o600);
}

function exists(file: string, maximumBytes: number): boolean {
  const contents = readProtectedFile(file, maximumBytes);
  contents?.fill(0);
  return contents !== undefined;
}

async function createKeyFile(keyFile: string): Promise<void> {
  const contents = randomFillSync(newSecret(keyBytes));
  try {
    await createProtectedFile(keyFile, contents, 0o400);
  } finally {
    contents.fill(0);
  }
}

function readSealRecord(sealFile: string): SealRecord {
  const contents = readProtectedFile(sealFile, maximumSealRecordBytes);
  if (contents !== undefined) return decodeSealRecord(contents, sealFile);
  throw new CannotOpen(`${sealFile} is missing: restore it from a backup`);
}

function readKeyFile(keyFile: string): HmacKey {
  const contents = readProtectedFile(keyFile, maximumKeyFileBytes);
  if (contents === undefined) {
    throw new CannotOpen(`${keyFile} is missing: restore it from a backup`);
  }
  if (contents.length < keyBytes) {
    throw new CannotOpen(`${keyFile} is too short: it must hold at least ${keyBytes} bytes`);
  }
  const key = new HmacKey(contents);
  contents.fill(0);
  return key;
}

function sealNewRootKey(keyFileKey: HmacKey): SealRecord {
  const root = randomFillSync(newSecret(keyBytes));
  const key = new HmacKey(root);
  const names = { instanceId: randomUUID(), rootKeyId: randomUUID() };
  const salt = randomFillSync(Buffer.alloc(saltBytes));
  const wrappingKey = deriveWrappingKey(keyFileKey, salt);
  try {
    const sealedRootKey = seal(slotBinding(wrappingKey, names), root, new NoncePool());
    const slots: KeyFileSlot[] = [{ provider: "key-file", salt, sealedRootKey }];
    return { ...names, commitment: commitmentTo(key), slots };
  } finally {
    wrappingKey.wipe();
    key.wipe();
    root.fill(0);
  }
}

function openWithKeyFile(
  record: SealRecord,
  keyFileKey: HmacKey,
  files: { keyFile: string; sealFile: string },
): RootKey {
  for (const slot of record.slots) {
    const key = openSlot(slot, record, keyFileKey);
    if (key === undefined) continue;
    if (timingSafeEqual(commitmentTo(key), record.commitment)) {
      return { instanceId: record.instanceId, rootKeyId: record.rootKeyId, key };
    }
    key.wipe();
  }
  throw new CannotOpen(
    `${files.keyFile} does not open ${files.sealFile}: they do not belong together`,
  );
}

function openSlot(
  slot: KeyFileSlot,
  names: { instanceId: string; rootKeyId: string },
  keyFileKey: HmacKey,
): HmacKey | undefined {
  const wrappingKey = deriveWrappingKey(keyFileKey, slot.salt);
  const root = open(slotBinding(wrappingKey, names), slot.sealedRootKey);
  wrappingKey.wipe();
  if (root === undefined) return undefined;
  const key = new HmacKey(root);
  root.fill(0);
  return key;
}

function deriveWrappingKey(keyFileKey: HmacKey, salt: Uint8Array): HmacKey {
  const bytes = newSecret(keyBytes);
  deriveInto(bytes, keyFileKey, keyFileLabel, salt);
  const key = new HmacKey(bytes);
  bytes.fill(0);
  return key;
}

function slotBinding(key: HmacKey, names: { instanceId: string; rootKeyId: string }) {
  const associatedData = Buffer.concat([
    domain("kms.seal.v1"),
    prefixed(names.instanceId),
    prefixed(names.rootKeyId),
    prefixed("key-file"),
  ]);
  return { key, label: rootLabel, associatedData };
}

function commitmentTo(key: HmacKey): Buffer {
  const commitment = Buffer.alloc(keyBytes);
  deriveInto(commitment, key, commitmentLabel, Buffer.alloc(0));
  return commitment;
}
