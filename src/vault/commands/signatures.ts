import {
  type SignatureAlgorithm,
  signatureAlgorithms,
  signMessage,
  verifyMessage,
} from "../algorithms/signatures.ts";
import { isRefusal, malformed, rejected, unsupported } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";

const usage = "SIGN_VERIFY";

/** Signatures, over messages and over digests. */
export function signatureCommands({
  privateKeys,
  digestSignatures,
}: VaultState): HandlersOf<"sign" | "verify"> {
  return {
    async sign({ material, algorithm: name, messageType, message: lent }) {
      const algorithm = signatureAlgorithms[name];
      const message = kept(lent);
      if (algorithm === undefined || !takes(algorithm, messageType, message)) return malformed;
      const key = privateKeys.load(material, usage);
      if (isRefusal(key)) return key;
      if (messageType === "RAW") {
        return { signature: await signMessage(algorithm, message, key.object) };
      }
      if (digestSignatures === undefined) return unsupported;
      return { signature: await digestSignatures.sign(algorithm, message, key.object) };
    },

    async verify({ material, algorithm: name, messageType, ...lent }) {
      const algorithm = signatureAlgorithms[name];
      const [message, signature] = [kept(lent.message), kept(lent.signature)];
      if (algorithm === undefined || !takes(algorithm, messageType, message)) return malformed;
      const key = privateKeys.load(material, usage);
      if (isRefusal(key)) return key;
      if (messageType === "RAW") {
        return (await verifyMessage(algorithm, message, signature, key.object)) ? {} : rejected;
      }
      if (digestSignatures === undefined) return unsupported;
      const isGenuine = await digestSignatures.verify(algorithm, message, signature, key.object);
      return isGenuine ? {} : rejected;
    },
  };
}

function takes(
  { digestBytes }: SignatureAlgorithm,
  messageType: string,
  message: Uint8Array,
): boolean {
  if (messageType === "RAW") return true;
  return messageType === "DIGEST" && message.length === digestBytes;
}
