import type { SentRequest } from "../../vault-protocol/command-codecs.ts";
import type { Refusal } from "../../vault-protocol/commands.ts";
import {
  type SignatureAlgorithm,
  formOf,
  signatureAlgorithms,
} from "../algorithms/signature-algorithms.ts";
import { signMessage, verifyMessage } from "../algorithms/signatures.ts";
import { sm2Digest } from "../algorithms/sm2-digest.ts";
import type { LoadedKey } from "../private-keys.ts";
import { isRefusal, malformed, rejected, unsupported } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";

/** Signatures: over messages, over digests, over the µ of ML-DSA. */
export function signatureCommands(state: VaultState): HandlersOf<"sign" | "verify"> {
  return {
    async sign(request) {
      const job = jobOf(request, state);
      if (isRefusal(job)) return job;
      const { algorithm, message, key, signatures } = job;
      try {
        return await state.slow.others.run(async () => ({
          signature: await signatures.sign(algorithm, message, key.object),
        }));
      } finally {
        message.fill(0);
      }
    },

    async verify(request) {
      const signature = kept(request.signature);
      const job = jobOf(request, state);
      if (isRefusal(job)) return job;
      const { algorithm, message, key, signatures } = job;
      try {
        return await state.slow.others.run(async () => {
          const isGenuine = await signatures.verify(algorithm, message, signature, key.object);
          return isGenuine ? {} : rejected;
        });
      } finally {
        message.fill(0);
      }
    },
  };
}

/** What is to be signed or verified, and who does it. */
interface Job {
  readonly algorithm: SignatureAlgorithm;
  readonly message: Buffer;
  readonly key: LoadedKey;
  readonly signatures: NonNullable<VaultState["digestSignatures"]> | typeof wholeMessages;
}

const wholeMessages = { sign: signMessage, verify: verifyMessage };

type Request = Pick<SentRequest<"sign">, "material" | "algorithm" | "messageType" | "message">;

function jobOf(request: Request, { privateKeys, digestSignatures }: VaultState): Job | Refusal {
  const { material, messageType } = request;
  const algorithm = signatureAlgorithms.get(request.algorithm);
  if (algorithm === undefined) return malformed;
  const form = formOf(algorithm, messageType, request.message);
  if (form === undefined) return malformed;
  const key = privateKeys.load(material, "SIGN_VERIFY");
  if (isRefusal(key)) return key;
  if (!algorithm.keySpecs.includes(key.facts.keySpec)) return malformed;
  const isForSm2 = form === "message" && algorithm.hash === "sm3";
  const signatures = form === "message" && !isForSm2 ? wholeMessages : digestSignatures;
  if (signatures === undefined) return unsupported;
  const message = isForSm2 ? sm2Digest(request.message, key.object) : kept(request.message);
  return { algorithm, message, key, signatures };
}
