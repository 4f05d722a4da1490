import { diffieHellman, generateKeyPairSync } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const rejected = { refused: "rejected" };

describe.each([
  ["ECC_NIST_P256", "prime256v1", 32],
  ["ECC_NIST_P384", "secp384r1", 48],
  ["ECC_NIST_P521", "secp521r1", 66],
])("deriveSharedSecret with %s", (keySpec, namedCurve, length) => {
  const peer = generateKeyPairSync("ec", { namedCurve });
  const publicKey = peer.publicKey.export({ type: "spki", format: "der" });

  test("gives what the other side derives", async () => {
    const own = await bench.newKeyPair({ keySpec, keyUsage: "KEY_AGREEMENT" });
    const request = { material: own.material, publicKey };
    const { sharedSecret } = await bench.askSlowly("deriveSharedSecret", request);
    const { privateKey } = peer;
    expect(sharedSecret).toEqual(diffieHellman({ privateKey, publicKey: own.publicKey }));
    expect(sharedSecret.length).toBe(length);
  });

  test("rejects bytes that are no key, another curve, and a point off the curve", async () => {
    const { material } = await bench.newKeyPair({ keySpec, keyUsage: "KEY_AGREEMENT" });
    const other = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const offCurve = Buffer.from(publicKey);
    const last = offCurve.length - 1;
    offCurve[last] = (offCurve[last] ?? 0) ^ 1;
    const ed25519 = generateKeyPairSync("ed25519").publicKey;
    for (const wrong of [
      Buffer.from("junk"),
      Buffer.alloc(0),
      other.publicKey.export({ type: "spki", format: "der" }),
      ed25519.export({ type: "spki", format: "der" }),
      offCurve,
      Buffer.concat([publicKey, Buffer.of(0)]),
    ]) {
      const request = { material, publicKey: wrong };
      expect(await handlers.deriveSharedSecret(request)).toEqual(rejected);
    }
  });
});

describe.each([
  ["ML_KEM_512", 768],
  ["ML_KEM_768", 1088],
  ["ML_KEM_1024", 1568],
])("%s", (keySpec, length) => {
  test("decapsulates what it encapsulates", async () => {
    const facts = { keySpec, keyUsage: "ENCAPSULATE_DECAPSULATE" };
    const { material } = await bench.newKeyPair(facts);
    const { sharedSecret, ciphertext } = bench.ask("encapsulate", { material });
    expect(ciphertext.length).toBe(length);
    expect(bench.ask("decapsulate", { material, ciphertext })).toEqual({ sharedSecret });
  });

  test("gives another secret for a changed ciphertext, always the same one", async () => {
    const facts = { keySpec, keyUsage: "ENCAPSULATE_DECAPSULATE" };
    const { material } = await bench.newKeyPair(facts);
    const { sharedSecret, ciphertext } = bench.ask("encapsulate", { material });
    const changed = Buffer.from(ciphertext);
    changed[0] = (changed[0] ?? 0) ^ 1;
    const once = bench.ask("decapsulate", { material, ciphertext: changed });
    expect(once.sharedSecret).not.toEqual(sharedSecret);
    expect(bench.ask("decapsulate", { material, ciphertext: changed })).toEqual(once);
  });

  test("rejects a ciphertext of another length", async () => {
    const facts = { keySpec, keyUsage: "ENCAPSULATE_DECAPSULATE" };
    const { material } = await bench.newKeyPair(facts);
    const short = { material, ciphertext: Buffer.alloc(length - 1) };
    expect(handlers.decapsulate(short)).toEqual(rejected);
  });
});
