import type { KeyObject } from "node:crypto";
import type { SentRequest } from "../../vault-protocol/command-codecs.ts";
import type {
  KeyMaterialFacts,
  Refusal,
  VaultReply,
  WrappedImportKey,
} from "../../vault-protocol/commands.ts";
import { isImportWrapping, unwrapForImport } from "../algorithms/import-wrapping.ts";
import {
  type ImportedMaterial,
  isPublicKey,
  readImported,
} from "../algorithms/imported-material.ts";
import { readKey, rsaSpecs } from "../algorithms/key-specs.ts";
import { isMacOf } from "../algorithms/macs.ts";
import type { DomainKeys } from "../domain-keys.ts";
import { noteDroppedKey } from "../dropped-keys.ts";
import { areSoundImportFacts, unwrapImportKey, wrapImportKey } from "../import-key.ts";
import { areSoundWithoutId, externalOrigin, isKeyId, keyUuid } from "../key-material-facts.ts";
import { wrapMaterial } from "../key-material-wrap.ts";
import { materialIdOf } from "../material-id.ts";
import { isRefusal, malformed, rejected, wrongMaterial } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";

/** Key material that comes from outside: the keys it is wrapped for, and how it is taken in. */
export function importCommands(
  state: VaultState,
): HandlersOf<"createImportKey" | "importKeyMaterial" | "vouchForPublicKey"> {
  return {
    async createImportKey({ facts: lent, wrappingKeySpec }) {
      const facts = { ...lent, importId: kept(lent.importId) };
      if (!areSoundImportFacts(facts) || !rsaSpecs.includes(wrappingKeySpec)) {
        return malformed;
      }
      const made = await state.readyPairs.take(wrappingKeySpec);
      if (isRefusal(made)) return made;
      const { publicKey, privateKey } = made;
      const wrapped = wrapImportKey(privateKey, facts, state.instanceId, state);
      return isRefusal(wrapped) ? wrapped : { wrapped, publicKey };
    },

    async importKeyMaterial(lent) {
      if (!isSound(lent)) return malformed;
      const request = keptRequest(lent);
      return await state.slow.others.run(async () => await takeIn(request, state));
    },

    vouchForPublicKey({ keyId, keyMaterialId, publicKey }) {
      if (!isKeyId(keyId)) return malformed;
      // Of other bytes nothing is told: they might be a guess at someone's key.
      if (!isPublicKey(publicKey)) return rejected;
      const id = materialIdOf(state.materialIdKey, keyUuid({ keyId }), publicKey);
      return isMacOf(Buffer.from(keyMaterialId), Buffer.from(id)) ? {} : rejected;
    },
  };
}

type ImportRequest = SentRequest<"importKeyMaterial">;
type FactsWithoutId = ImportRequest["facts"];

function isSound({ importKey, wrappingAlgorithm, facts }: ImportRequest): boolean {
  return (
    areSoundImportFacts(importKey.facts) &&
    importKey.facts.accountId === facts.accountId &&
    importKey.facts.keyId === facts.keyId &&
    isImportWrapping(wrappingAlgorithm) &&
    facts.origin === externalOrigin &&
    areSoundWithoutId(facts)
  );
}

/** A copy of what was only lent. */
function keptRequest({ importKey, encryptedKeyMaterial, facts, ...rest }: ImportRequest) {
  const { facts: keyFacts, wrapped } = importKey;
  return {
    ...rest,
    importKey: {
      facts: { ...keyFacts, importId: kept(keyFacts.importId) },
      wrapped: kept(wrapped),
    },
    encryptedKeyMaterial: kept(encryptedKeyMaterial),
    facts: { ...facts, reference: kept(facts.reference) },
  };
}

async function takeIn(
  request: ImportRequest,
  state: VaultState,
): Promise<VaultReply<"importKeyMaterial"> | Refusal> {
  const { facts } = request;
  const given = await unwrap(request, state);
  if (isRefusal(given)) return given;
  try {
    const imported = await readImported(facts.keySpec, given);
    return imported === undefined ? wrongMaterial : keep(imported, facts, state);
  } finally {
    noteDroppedKey();
    given.fill(0);
  }
}

async function unwrap(
  { importKey, wrappingAlgorithm, encryptedKeyMaterial }: ImportRequest,
  { instanceId, domainKeys }: VaultState,
): Promise<Buffer | Refusal> {
  const privateKey = readImportKey(importKey, instanceId, domainKeys);
  if (isRefusal(privateKey)) return privateKey;
  try {
    return (await unwrapForImport(wrappingAlgorithm, encryptedKeyMaterial, privateKey)) ?? rejected;
  } finally {
    noteDroppedKey();
  }
}

function readImportKey(
  importKey: WrappedImportKey,
  instanceId: string,
  domainKeys: DomainKeys,
): KeyObject | Refusal {
  const encoded = unwrapImportKey(importKey, instanceId, domainKeys);
  if (isRefusal(encoded)) return encoded;
  try {
    return readKey("RSA_2048", encoded);
  } finally {
    encoded.fill(0);
  }
}

function keep(
  { material, publicKey }: ImportedMaterial,
  withoutId: FactsWithoutId,
  state: VaultState,
): VaultReply<"importKeyMaterial"> | Refusal {
  // A private key has many encodings and one public half, which tells it from all others.
  const identity = publicKey ?? material;
  const keyMaterialId = materialIdOf(state.materialIdKey, keyUuid(withoutId), identity);
  const facts: KeyMaterialFacts = { ...withoutId, keyMaterialId };
  const wrapped = wrapMaterial(material, facts, state.instanceId, state);
  if (isRefusal(wrapped)) return wrapped;
  return { wrapped, keyMaterialId, ...(publicKey === undefined ? {} : { publicKey }) };
}
