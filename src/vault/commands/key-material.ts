import { areSound } from "../key-material-facts.ts";
import { createWrappedMaterial } from "../key-material-wrap.ts";
import { isRefusal, malformed } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** The life of key material in the vault. */
export function keyMaterialCommands(
  state: VaultState,
): HandlersOf<"createKeyMaterial" | "forgetKeyMaterial"> {
  return {
    createKeyMaterial({ facts }) {
      if (!areSound(facts)) return malformed;
      const wrapped = createWrappedMaterial(facts, state.instanceId, state);
      return isRefusal(wrapped) ? wrapped : { wrapped };
    },

    forgetKeyMaterial({ reference }) {
      state.cache.forget(reference);
      return {};
    },
  };
}
