import { afterAll, describe, expect, test } from "vitest";
import { newFacts, vaultBench } from "../../../test/vault-bench.ts";
import type { KeyMaterialFacts } from "../../vault-protocol/commands.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;

const encryptionContext = Buffer.alloc(4);
const plaintext = Buffer.from("kept");
const otherFacts: Partial<KeyMaterialFacts>[] = [
  { reference: Buffer.alloc(16, 9) },
  { accountId: "999999999999" },
  { keyId: "00000000-0000-4000-8000-000000000000" },
  { keyMaterialId: "0".repeat(64) },
  { multiRegion: true, keyId: "mrk-00000000000040008000000000000000" },
  { createdAtMs: 1 },
];
const foreignKinds: Partial<KeyMaterialFacts>[] = [
  { keySpec: "HMAC_256" },
  { keyUsage: "GENERATE_VERIFY_MAC" },
  { origin: "EXTERNAL" },
];
const unsound: Partial<KeyMaterialFacts>[] = [
  ...foreignKinds,
  { reference: Buffer.alloc(15) },
  { accountId: "12345678901" },
  { keyId: "not-a-key-id" },
  { keyId: "mrk-00000000000040008000000000000000" },
  { multiRegion: true },
  { keyMaterialId: "A".repeat(64) },
  { createdAtMs: -1 },
  { createdAtMs: 0.5 },
  { keySpec: "constructor" },
  { keySpec: "__proto__" },
];
const nameOf = (facts: Partial<KeyMaterialFacts>): string => Object.keys(facts).join(" and ");

describe("createKeyMaterial", () => {
  test("wraps what no one outside ever sees: 32 fresh bytes each time", () => {
    const facts = newFacts();
    const one = Buffer.from(bench.ask("createKeyMaterial", { facts }).wrapped);
    const other = Buffer.from(bench.ask("createKeyMaterial", { facts }).wrapped);
    expect(one.subarray(0, 4).toString("latin1")).toBe("KMW\x01");
    expect([one.length, one.equals(other)]).toEqual([8 + 76 + 32, false]);
  });

  test.each(unsound.map((facts) => ({ name: nameOf(facts), facts })))(
    "refuses facts that cannot be true or are of another kind: $name",
    ({ facts }) => {
      const request = { facts: newFacts(facts) };
      expect(handlers.createKeyMaterial(request)).toEqual({ refused: "malformed" });
    },
  );
});

describe("wrapped key material", () => {
  test.each(otherFacts.map((facts) => ({ name: nameOf(facts), facts })))(
    "is refused with another $name, whether or not the vault holds it",
    ({ facts }) => {
      const material = bench.newMaterial();
      const moved = { ...material, facts: { ...material.facts, ...facts } };
      const request = { encryptionContext, plaintext };
      const refusal = { refused: "rejected" };
      expect(handlers.encrypt({ ...request, material: moved })).toEqual(refusal);
      bench.ask("encrypt", { ...request, material });
      expect(handlers.encrypt({ ...request, material: moved })).toEqual(refusal);
    },
  );

  test("is refused when any of its bits is flipped or it is cut anywhere", () => {
    const { facts, wrapped } = bench.newMaterial();
    const accepted: number[] = [];
    const attempt = (bytes: Buffer, name: number): void => {
      const material = { facts, wrapped: bytes };
      const reply = handlers.encrypt({ material, encryptionContext, plaintext });
      if (!("refused" in reply)) accepted.push(name);
    };
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const flipped = Buffer.from(wrapped);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      attempt(flipped, bit);
    }
    for (let length = 0; length < wrapped.length; length++) {
      attempt(Buffer.from(wrapped).subarray(0, length), length);
    }
    expect(accepted).toEqual([]);
  });

  test("is refused by every other installation", async () => {
    const other = await vaultBench();
    const material = bench.newMaterial();
    const request = { material, encryptionContext, plaintext };
    expect(other.vault.handlers.encrypt(request)).toEqual({ refused: "rejected" });
    other.close();
  });

  test("is not a secret access key, nor the other way round", () => {
    const material = bench.newMaterial();
    const facts = { accountId: "111122223333", accessKeyId: "AKIAIOSFODNN7EXAMPLE" };
    const scope = { date: "20260301", region: "us-east-1", service: "kms" };
    const asSecret = { facts, wrapped: material.wrapped, ...scope };
    expect(handlers.deriveSigningKey(asSecret)).toEqual({ refused: "rejected" });
    const { wrapped } = bench.ask("createSecretAccessKey", { facts });
    const asMaterial = {
      material: { facts: material.facts, wrapped },
      encryptionContext,
      plaintext,
    };
    expect(handlers.encrypt(asMaterial)).toEqual({ refused: "rejected" });
  });
});

const byReference = (reference: Uint8Array) => ({
  material: { reference },
  encryptionContext,
  plaintext,
});

describe("a reference without the key material", () => {
  test("is enough once the key material has been sent", () => {
    const material = bench.newMaterial();
    bench.ask("encrypt", { material, encryptionContext, plaintext });
    const { ciphertextBlob } = bench.ask("encrypt", byReference(material.facts.reference));
    expect(bench.ask("decrypt", { material, encryptionContext, ciphertextBlob })).toEqual({
      plaintext,
    });
  });

  test("is not enough before, after forgetKeyMaterial, nor after a minute", () => {
    const material = bench.newMaterial();
    const required = { refused: "material-required" };
    const request = byReference(material.facts.reference);
    expect(handlers.encrypt(request)).toEqual(required);

    bench.ask("encrypt", { material, encryptionContext, plaintext });
    bench.ask("forgetKeyMaterial", { reference: material.facts.reference });
    expect(handlers.encrypt(request)).toEqual(required);

    bench.ask("encrypt", { material, encryptionContext, plaintext });
    bench.nowMs += 60_001;
    expect(handlers.encrypt(request)).toEqual(required);
  });

  test("is not kept by the vault as a view of the request's memory", () => {
    const material = bench.newMaterial();
    const reference = Buffer.from(material.facts.reference);
    const sent = { ...material, facts: { ...material.facts, reference } };
    bench.ask("encrypt", { material: sent, encryptionContext, plaintext });
    reference.fill(0);
    const { ciphertextBlob } = bench.ask("encrypt", { material, encryptionContext, plaintext });
    expect(Buffer.from(ciphertextBlob).subarray(22, 38)).toEqual(material.facts.reference);
  });
});
