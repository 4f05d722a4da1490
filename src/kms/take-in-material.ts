/** Key material that a customer sends: the vault unwraps it, and it is the key's own or it is refused. */
import { randomBytes } from "node:crypto";
import type { KeyMaterialRecord } from "../store/records.ts";
import type { VaultReply } from "../vault-protocol/commands.ts";
import { KmsError } from "./errors.ts";
import { pendingRotation } from "./imported-material.ts";
import type { ImportParameters } from "./import-token.ts";
import type { Key } from "./key.ts";
import { factsWithoutId } from "./key-material.ts";
import type { Desk } from "./operation.ts";
import { askVaultToOpen } from "./vault.ts";

export interface SentMaterial {
  readonly key: Key;
  /** All that the key has, oldest first. */
  readonly materials: readonly KeyMaterialRecord[];
  readonly parameters: ImportParameters;
  readonly encryptedKeyMaterial: Uint8Array;
}

/** Key material that the key never had. */
export async function takeInNew(
  sent: SentMaterial,
  { vault, nowMs }: Pick<Desk, "vault" | "nowMs">,
): Promise<KeyMaterialRecord> {
  const { key, materials } = sent;
  const { accountId, region, keyId } = key;
  const fresh = { reference: randomBytes(16).toString("hex"), createdAtMs: nowMs };
  const { wrapped, keyMaterialId, publicKey = null } = await unwrap(sent, fresh, vault);
  if (materials.some((known) => known.keyMaterialId === keyMaterialId)) {
    throw new KmsError("IncorrectKeyMaterialException");
  }
  requireNonePending(key, materials, keyMaterialId);
  return {
    accountId,
    region,
    keyId,
    ...fresh,
    keyMaterialId,
    wrapped,
    publicKey,
    generation: (materials.at(-1)?.generation ?? -1) + 1,
    rotationType: null,
    rotatedAtMs: null,
    description: null,
    validToMs: null,
    rowVersion: 1,
  };
}

function requireNonePending(
  key: Key,
  materials: readonly KeyMaterialRecord[],
  keyMaterialId: string,
): void {
  const pending = pendingRotation(key, materials);
  if (pending === undefined) return;
  throw new KmsError(
    "KMSInvalidStateException",
    `New key material (id: ${keyMaterialId}) cannot be imported into KMS key ${key.arn}, ` +
      `because another key material (id: ${pending.keyMaterialId}) is pending rotation.`,
  );
}

/**
 * Key material that the key had before: that of the given id, or else whichever it proves
 * to be. It is wrapped for what it was, so that its ciphertexts open again.
 */
export async function takeInAgain(
  sent: SentMaterial,
  expectedId: string | undefined,
  { vault }: Pick<Desk, "vault">,
): Promise<KeyMaterialRecord> {
  const { key, materials } = sent;
  const likely = materials.find(({ keyMaterialId, reference }) =>
    expectedId === undefined ? reference === key.currentMaterial : keyMaterialId === expectedId,
  );
  if (likely === undefined) throw new KmsError("IncorrectKeyMaterialException");
  const first = await unwrap(sent, likely, vault);
  if (first.keyMaterialId === likely.keyMaterialId) return broughtBack(likely, first);
  const actual = materials.find(({ keyMaterialId }) => keyMaterialId === first.keyMaterialId);
  if (actual === undefined || expectedId !== undefined) {
    throw new KmsError("IncorrectKeyMaterialException");
  }
  return broughtBack(actual, await unwrap(sent, actual, vault));
}

function broughtBack(
  material: KeyMaterialRecord,
  { wrapped, publicKey }: VaultReply<"importKeyMaterial">,
): KeyMaterialRecord {
  const rowVersion = material.rowVersion + 1;
  return { ...material, wrapped, publicKey: publicKey ?? null, rowVersion };
}

/** Unwraps for the given facts. InvalidCiphertextException, IncorrectKeyMaterialException. */
async function unwrap(
  { key, parameters: { importKey, wrappingAlgorithm }, encryptedKeyMaterial }: SentMaterial,
  facts: Pick<KeyMaterialRecord, "reference" | "createdAtMs">,
  vault: Desk["vault"],
): Promise<VaultReply<"importKeyMaterial">> {
  const { accountId, keyId, wrapped } = importKey;
  const importId = Buffer.from(importKey.importId, "hex");
  const opened = await askVaultToOpen(vault, "importKeyMaterial", {
    importKey: { facts: { accountId, keyId, importId }, wrapped },
    wrappingAlgorithm,
    encryptedKeyMaterial,
    facts: factsWithoutId(key, facts),
  });
  if (opened === undefined) throw new KmsError("InvalidCiphertextException");
  return opened;
}
