import { limits } from "../../vault-protocol/command-codecs.ts";
import { isRefusal, malformed } from "../refusals.ts";
import { isPurpose, openToken, sealToken } from "../token.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** Opaque, authenticated tokens. */
export function tokenCommands(state: VaultState): HandlersOf<"sealToken" | "openToken"> {
  const { instanceId, domainKeys } = state;
  return {
    sealToken({ purpose, associatedData, body }) {
      if (!isPurpose(purpose) || body.length > limits.token) return malformed;
      const token = sealToken({ purpose, associatedData, instanceId }, body, state);
      return isRefusal(token) ? token : { token };
    },

    openToken({ purpose, associatedData, token }) {
      if (!isPurpose(purpose)) return malformed;
      const body = openToken({ purpose, associatedData, instanceId }, token, domainKeys);
      return isRefusal(body) ? body : { body };
    },
  };
}
