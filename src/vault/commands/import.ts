import type { SentRequest } from "../../vault-protocol/command-codecs.ts";
import type { KeyMaterialFacts, Refusal, VaultReply } from "../../vault-protocol/commands.ts";
import { isImportWrapping, unwrapForImport } from "../algorithms/import-wrapping.ts";
import { type ImportedMaterial, readImported } from "../algorithms/imported-material.ts";
import { readKey, rsaSpecs } from "../algorithms/key-specs.ts";
import { areSoundImportFacts, unwrapImportKey, wrapImportKey } from "../import-key.ts";
import { areSoundWithoutId, externalOrigin, keyUuid } from "../key-material-facts.ts";
import { wrapMaterial } from "../key-material-wrap.ts";
import { materialIdOf } from "../material-id.ts";
import { isRefusal, malformed, rejected, wrongMaterial } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";

/** Key material that comes from outside: the keys it is wrapped for, and how it is taken in. */
export function importCommands(
  state: VaultState,
): HandlersOf<"createImportKey" | "importKeyMaterial"> {
  return {
    async createImportKey({ facts: lent, wrappingKeySpec }) {
      const facts = { ...lent, importId: kept(lent.importId) };
      if (!areSoundImportFacts(facts) || !rsaSpecs.includes(wrappingKeySpec)) {
        return malformed;
      }
      const { publicKey, privateKey } = await state.readyPairs.take(wrappingKeySpec);
      const wrapped = wrapImportKey(privateKey, facts, state.instanceId, state);
      return isRefusal(wrapped) ? wrapped : { wrapped, publicKey };
    },

    async importKeyMaterial(request) {
      const facts = { ...request.facts, reference: kept(request.facts.reference) };
      if (!isSound(request)) return malformed;
      const given = await unwrap(request, state);
      if (isRefusal(given)) return given;
      try {
        const imported = await readImported(facts.keySpec, given);
        return imported === undefined ? wrongMaterial : keep(imported, facts, state);
      } finally {
        given.fill(0);
      }
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

/** Everything that was only lent is read before the first wait. */
async function unwrap(
  { importKey, wrappingAlgorithm, encryptedKeyMaterial }: ImportRequest,
  { instanceId, domainKeys }: VaultState,
): Promise<Buffer | Refusal> {
  const encrypted = kept(encryptedKeyMaterial);
  const privateKey = unwrapImportKey(importKey, instanceId, domainKeys);
  if (isRefusal(privateKey)) return privateKey;
  try {
    const key = readKey("RSA_2048", privateKey);
    return (await unwrapForImport(wrappingAlgorithm, encrypted, key)) ?? rejected;
  } finally {
    privateKey.fill(0);
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
