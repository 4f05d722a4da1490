import type { SentRequest } from "../../vault-protocol/command-codecs.ts";
import type { Refusal } from "../../vault-protocol/commands.ts";
import { asPkcs8, isPairSpec, type MadePair, publicHalfOf } from "../algorithms/key-specs.ts";
import { areSound, ownOrigin } from "../key-material-facts.ts";
import { wrapMaterial } from "../key-material-wrap.ts";
import { isRefusal, malformed } from "../refusals.ts";
import { sealWith } from "./encryption.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";
import { keptMaterial } from "./kept-material.ts";

/** Key pairs: as key material of a KMS key, and as data key pairs for callers. */
export function keyPairCommands(
  state: VaultState,
): HandlersOf<
  | "createKeyPair"
  | "derivePublicKey"
  | "generateDataKeyPair"
  | "generateDataKeyPairWithoutPlaintext"
> {
  return {
    async createKeyPair({ facts: lent }) {
      const facts = { ...lent, reference: kept(lent.reference) };
      if (!areSound(facts) || facts.origin !== ownOrigin) return malformed;
      if (!isPairSpec(facts.keySpec)) return malformed;
      const made = await state.readyPairs.take(facts.keySpec);
      if (isRefusal(made)) return made;
      const { publicKey, privateKey } = made;
      const wrapped = wrapMaterial(privateKey, facts, state.instanceId, state);
      return isRefusal(wrapped) ? wrapped : { wrapped, publicKey };
    },

    derivePublicKey({ material }) {
      const key = state.privateKeys.loadForAnyUse(material);
      if (isRefusal(key)) return key;
      return isPairSpec(key.facts.keySpec) ? { publicKey: publicHalfOf(key.object) } : malformed;
    },

    async generateDataKeyPair(request) {
      const made = await makeSealedPair(request, state);
      if (isRefusal(made)) return made;
      const { publicKey, privateKey, privateKeyCiphertextBlob } = made;
      return { publicKey, privateKey, privateKeyCiphertextBlob };
    },

    async generateDataKeyPairWithoutPlaintext(request) {
      const made = await makeSealedPair(request, state);
      if (isRefusal(made)) return made;
      made.privateKey.fill(0);
      return {
        publicKey: made.publicKey,
        privateKeyCiphertextBlob: made.privateKeyCiphertextBlob,
      };
    },
  };
}

interface SealedPair extends MadePair {
  readonly privateKeyCiphertextBlob: Buffer;
}

async function makeSealedPair(
  {
    material: lent,
    encryptionContext: lentContext,
    keyPairSpec,
  }: SentRequest<"generateDataKeyPair">,
  state: VaultState,
): Promise<SealedPair | Refusal> {
  const material = keptMaterial(lent);
  const encryptionContext = kept(lentContext);
  if (!isPairSpec(keyPairSpec) || keyPairSpec.startsWith("ML_DSA")) return malformed;
  // Asked before the pair is made: a vault that lacks the key would make the pair twice.
  const loaded = state.materials.load(material);
  if (isRefusal(loaded)) return loaded;
  const made = await state.readyPairs.take(keyPairSpec);
  if (isRefusal(made)) return made;
  const privateKey = asPkcs8(keyPairSpec, made);
  made.privateKey.fill(0);
  const sealed = sealWith(material, encryptionContext, privateKey, state);
  if (!isRefusal(sealed)) {
    const { publicKey } = made;
    return { publicKey, privateKey, privateKeyCiphertextBlob: sealed.ciphertextBlob };
  }
  privateKey.fill(0);
  return sealed;
}
