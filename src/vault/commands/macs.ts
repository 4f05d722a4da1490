import { isMacOf, macOf } from "../algorithms/macs.ts";
import type { SentKeyMaterial } from "../../vault-protocol/command-codecs.ts";
import type { Refusal } from "../../vault-protocol/commands.ts";
import { isRefusal, malformed, rejected } from "../refusals.ts";
import type { HandlersOf, VaultState } from "./handlers.ts";

/** Message authentication codes. */
export function macCommands(state: VaultState): HandlersOf<"generateMac" | "verifyMac"> {
  return {
    generateMac: ({ material, algorithm, message }) =>
      generate(material, algorithm, message, state),

    verifyMac({ material, algorithm, message, mac }) {
      const expected = generate(material, algorithm, message, state);
      if (isRefusal(expected)) return expected;
      const isGenuine = isMacOf(mac, expected.mac);
      expected.mac.fill(0);
      return isGenuine ? {} : rejected;
    },
  };
}

function generate(
  material: SentKeyMaterial,
  algorithm: string,
  message: Uint8Array,
  { privateKeys }: VaultState,
): { mac: Buffer } | Refusal {
  const key = privateKeys.load(material, "GENERATE_VERIFY_MAC");
  if (isRefusal(key)) return key;
  const mac = macOf(algorithm, message, {
    keySpec: key.facts.keySpec,
    key: key.object,
  });
  return mac === undefined ? malformed : { mac };
}
