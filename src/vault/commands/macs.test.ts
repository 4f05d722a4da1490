import { afterAll, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;
const message = Buffer.from("a message");

test.each([
  ["HMAC_224", "HMAC_SHA_224", 28],
  ["HMAC_256", "HMAC_SHA_256", 32],
  ["HMAC_384", "HMAC_SHA_384", 48],
  ["HMAC_512", "HMAC_SHA_512", 64],
])("%s makes MACs of %s, whole, and knows them again", (keySpec, algorithm, length) => {
  const material = bench.newMaterial({ keySpec, keyUsage: "GENERATE_VERIFY_MAC" });
  const { mac } = bench.ask("generateMac", { material, algorithm, message });
  expect(mac.length).toBe(length);
  expect(bench.ask("verifyMac", { material, algorithm, message, mac })).toEqual({});
  for (const wrong of [mac.subarray(1), Buffer.alloc(length), Buffer.concat([mac, mac])]) {
    const request = { material, algorithm, message, mac: wrong };
    expect(handlers.verifyMac(request)).toEqual({ refused: "rejected" });
  }
});

test("a MAC needs the one algorithm of the key's spec", () => {
  const specs = ["224", "256", "384", "512"];
  for (const keySpec of specs) {
    const facts = { keySpec: `HMAC_${keySpec}`, keyUsage: "GENERATE_VERIFY_MAC" };
    const material = bench.newMaterial(facts);
    for (const other of specs.filter((each) => each !== keySpec)) {
      const request = { material, algorithm: `HMAC_SHA_${other}`, message };
      expect(handlers.generateMac(request)).toEqual({ refused: "malformed" });
      const mac = Buffer.alloc(Number(other) / 8);
      expect(handlers.verifyMac({ ...request, mac })).toEqual({ refused: "malformed" });
    }
  }
});

test.each(["constructor", "__proto__", "toString", ""])("%j is no MAC algorithm", (algorithm) => {
  const material = bench.newMaterial({ keySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC" });
  expect(handlers.generateMac({ material, algorithm, message })).toEqual({ refused: "malformed" });
});

test("a MAC needs a key of that usage and an algorithm that is one", () => {
  const material = bench.newMaterial({ keySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC" });
  const malformed = { refused: "malformed" };
  expect(handlers.generateMac({ material, algorithm: "HMAC_MD5", message })).toEqual(malformed);
  const symmetric = { material: bench.newMaterial(), algorithm: "HMAC_SHA_256", message };
  expect(handlers.generateMac(symmetric)).toEqual(malformed);
});
