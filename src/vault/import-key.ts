/** Import keys at rest: RSA private keys that unwrap what a customer sends, "KMI" | u8 1 | as domain-wrap. */
import type { ImportKeyFacts, Refusal, WrappedImportKey } from "../vault-protocol/commands.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { type WrapFormat, type Wrapping, unwrap, wrap } from "./domain-wrap.ts";
import { domain, prefixed } from "./encoding.ts";
import { isAccountId, isKeyId } from "./key-material-facts.ts";
import { Label } from "./kdf.ts";

const table = "import_keys";
const importIdBytes = 16;
const format: WrapFormat = {
  magic: Buffer.from("KMI\x01", "latin1"),
  label: new Label("dk/import-wrap/v1"),
};

export function areSoundImportFacts({ accountId, keyId, importId }: ImportKeyFacts): boolean {
  return isAccountId(accountId) && isKeyId(keyId) && importId.length === importIdBytes;
}

/** Wraps the private half in PKCS#8, bound to these facts, and wipes it. */
export function wrapImportKey(
  privateKey: Buffer,
  facts: ImportKeyFacts,
  instanceId: string,
  wrapping: Wrapping,
): Buffer | Refusal {
  try {
    return wrap(format, encodeFacts(facts, instanceId), privateKey, wrapping);
  } finally {
    privateKey.fill(0);
  }
}

/** The private half in PKCS#8, for the caller to wipe. */
export function unwrapImportKey(
  { facts, wrapped }: WrappedImportKey,
  instanceId: string,
  domainKeys: DomainKeys,
): Buffer | Refusal {
  return unwrap(format, encodeFacts(facts, instanceId), wrapped, domainKeys);
}

function encodeFacts({ accountId, keyId, importId }: ImportKeyFacts, instanceId: string): Buffer {
  return Buffer.concat([
    domain("kms.import.v1"),
    prefixed(instanceId),
    prefixed(table),
    prefixed(accountId),
    prefixed(keyId),
    prefixed(importId),
  ]);
}
