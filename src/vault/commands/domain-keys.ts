import { rejected } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** Who the vault is, and the domain keys it works with. */
export function domainKeyCommands({
  instanceId,
  rootKeyId,
  domainKeys,
  cache,
  privateKeys,
}: VaultState): HandlersOf<"describe" | "createDomainKey" | "openDomainKeys"> {
  return {
    describe: () => ({ instanceId, rootKeyId }),

    createDomainKey({ number }) {
      const wrapped = domainKeys.create(number);
      return wrapped === undefined ? rejected : { wrapped };
    },

    openDomainKeys(request) {
      if (!domainKeys.openAll(request.domainKeys)) return rejected;
      // What was unwrapped by a key that is gone must not outlive it.
      cache.forgetAll();
      privateKeys.forgetAll();
      return {};
    },
  };
}
