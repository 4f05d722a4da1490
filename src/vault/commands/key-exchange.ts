import { agree } from "../algorithms/key-agreement.ts";
import { decapsulateSecret, encapsulateSecret } from "../algorithms/key-encapsulation.ts";
import { isRefusal, rejected, unsupported } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";

/** Shared secrets: by key agreement and by key encapsulation. */
export function keyExchangeCommands({
  privateKeys,
  slow,
  sm2,
}: VaultState): HandlersOf<"deriveSharedSecret" | "encapsulate" | "decapsulate"> {
  return {
    async deriveSharedSecret({ material, publicKey }) {
      const key = privateKeys.load(material, "KEY_AGREEMENT");
      if (isRefusal(key)) return key;
      const { keySpec } = key.facts;
      const isSm2 = keySpec === "SM2";
      if (isSm2 && sm2 === undefined) return unsupported;
      const peer = kept(publicKey);
      return await slow.others.run(async () => {
        const sharedSecret = isSm2
          ? await sm2?.agree(peer, key.object)
          : await agree(keySpec, peer, key.object);
        return sharedSecret === undefined ? rejected : { sharedSecret };
      });
    },

    encapsulate({ material }) {
      const key = privateKeys.load(material, "ENCAPSULATE_DECAPSULATE");
      if (isRefusal(key)) return key;
      const { sharedKey, ciphertext } = encapsulateSecret(key.object);
      return { sharedSecret: sharedKey, ciphertext };
    },

    decapsulate({ material, ciphertext }) {
      const key = privateKeys.load(material, "ENCAPSULATE_DECAPSULATE");
      if (isRefusal(key)) return key;
      const sharedSecret = decapsulateSecret(key.facts.keySpec, ciphertext, key.object);
      return sharedSecret === undefined ? rejected : { sharedSecret };
    },
  };
}
