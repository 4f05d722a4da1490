import { limits } from "../../vault-protocol/command-codecs.ts";
import type { SecretAccessKeyFacts } from "../../vault-protocol/commands.ts";
import { isRefusal, malformed } from "../refusals.ts";
import {
  deriveSigningKey,
  newSecretAccessKey,
  unwrapSecretAccessKey,
  wrapSecretAccessKey,
} from "../secret-access-key.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";
import { kept } from "./kept.ts";

/** Secret access keys, and the signing keys they are good for. */
export function accessKeyCommands(
  state: VaultState,
): HandlersOf<"createSecretAccessKey" | "deriveSigningKey"> {
  return {
    createSecretAccessKey({ facts, secretAccessKey: given }) {
      if (!areSound(facts) || (given !== undefined && !isSecretAccessKey(given))) return malformed;
      const secretAccessKey = given === undefined ? newSecretAccessKey() : kept(given);
      const wrapped = wrapSecretAccessKey(facts, state.instanceId, secretAccessKey, state);
      if (!isRefusal(wrapped)) return { secretAccessKey, wrapped };
      secretAccessKey.fill(0);
      return wrapped;
    },

    deriveSigningKey({ facts, wrapped, date, region, service }) {
      if (!areSound(facts) || ![date, region, service].every(isScopePart)) return malformed;
      const secret = unwrapSecretAccessKey(facts, state.instanceId, wrapped, state.domainKeys);
      if (isRefusal(secret)) return secret;
      try {
        return { signingKey: deriveSigningKey(secret, { date, region, service }) };
      } finally {
        secret.fill(0);
      }
    },
  };
}

function areSound({ accountId, accessKeyId }: SecretAccessKeyFacts): boolean {
  return /^[0-9]{12}$/.test(accountId) && /^[A-Za-z0-9_]{1,128}$/.test(accessKeyId);
}

/** Printable ASCII, whatever its length: some clients are born with a secret of their own. */
function isSecretAccessKey(given: Uint8Array): boolean {
  if (given.length < 1 || given.length > limits.secretAccessKey) return false;
  return given.every((character) => character > 0x20 && character < 0x7f);
}

function isScopePart(part: string): boolean {
  return /^[A-Za-z0-9-]{1,64}$/.test(part);
}
