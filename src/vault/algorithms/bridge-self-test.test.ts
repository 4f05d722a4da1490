import { describe, expect, test } from "vitest";
import { findBridge } from "../../launcher/start-vault.ts";
import { testBridge } from "./bridge-self-test.ts";
import { type OpenSsl, loadOpenSsl } from "./openssl.ts";

const bridge = findBridge();

/** Nothing is done, and OpenSSL's word for success comes back. */
const ignored = (): number => 1;

const faults: readonly [string, (sound: OpenSsl) => Partial<OpenSsl>, string][] = [
  [
    "loses the parameter that says µ",
    ({ set }) => ({
      set: (context, name, value) => (name === "mu" ? 1 : set(context, name, value)),
    }),
    "ML-DSA over µ",
  ],
  [
    "signs as pure Ed25519",
    (sound) => ({
      signature: (name) => sound.signature(name === "ed25519ph" ? "ed25519" : name),
    }),
    "Ed25519ph",
  ],
  ["takes any signature", () => ({ verify: { async: sayYes } }), "SM2 signatures"],
  ["decrypts nothing", () => ({ decrypt: { async: signNothing } }), "SM2 decryption"],
  ["signs nothing", () => ({ sign: { async: signNothing } }), "could not be signed"],
  ["is never told to sign", () => ({ beginSign: ignored }), "refused the parameters"],
];

describe.skipIf(bridge === undefined)("the self-test of the bridge to OpenSSL", () => {
  test("passes", async () => {
    await expect(testBridge(loadOpenSsl(bridge ?? ""))).resolves.toBeUndefined();
  });

  test.each(faults)("fails when the bridge %s", async (_, faulty, complaint) => {
    const sound = loadOpenSsl(bridge ?? "");
    await expect(testBridge({ ...sound, ...faulty(sound) })).rejects.toThrow(complaint);
  });
});

function signNothing(...parameters: unknown[]): void {
  const done = parameters.at(-1);
  if (typeof done === "function") done(null, 0);
}

function sayYes(...parameters: unknown[]): void {
  const done = parameters.at(-1);
  if (typeof done === "function") done(null, 1);
}
