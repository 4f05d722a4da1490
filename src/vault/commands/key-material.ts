import { areSound, externalOrigin, symmetricSpec } from "../key-material-facts.ts";
import { isHmacSpec, makeHmacKey } from "../algorithms/key-specs.ts";
import { createWrappedMaterial, wrapMaterial } from "../key-material-wrap.ts";
import { isRefusal, malformed } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** The life of key material in the vault. */
export function keyMaterialCommands(
  state: VaultState,
): HandlersOf<"createKeyMaterial" | "forgetKeyMaterial"> {
  return {
    createKeyMaterial({ facts }) {
      const isSymmetric = facts.keySpec === symmetricSpec;
      if (!areSound(facts) || facts.origin === externalOrigin) return malformed;
      if (!(isSymmetric || isHmacSpec(facts.keySpec))) return malformed;
      const wrapped = isSymmetric
        ? createWrappedMaterial(facts, state.instanceId, state)
        : wrapMaterial(makeHmacKey(facts.keySpec), facts, state.instanceId, state);
      return isRefusal(wrapped) ? wrapped : { wrapped };
    },

    forgetKeyMaterial({ reference }) {
      state.cache.forget(reference);
      state.privateKeys.forget(reference);
      return {};
    },
  };
}
