import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";
import { limits } from "../../vault-protocol/command-codecs.ts";
import { openVault } from "../open-vault.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;

const encryptionContext = Buffer.alloc(4);
const plaintext = Buffer.from("kept");

/** The vault of the same directory, as it is after a restart. */
async function restarted() {
  return await openVault({ directory: bench.directory, initialize: false });
}

describe("the vault", () => {
  test("describes itself as the same instance and root key after a restart", async () => {
    const named = bench.ask("describe", {});
    expect(named).toEqual({
      instanceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      rootKeyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const again = await restarted();
    expect(again.handlers.describe({})).toEqual(named);
    again.close();
  });
});

describe("domain keys", () => {
  test("take with them what was unwrapped by those they replace: keys of every kind", async () => {
    const own = await vaultBench();
    const facts = { keySpec: "ECC_NIST_P256", keyUsage: "SIGN_VERIFY" };
    const pair = await own.newKeyPair(facts);
    const signing = { algorithm: "ECDSA_SHA_256", messageType: "RAW", message: plaintext };
    await own.askSlowly("sign", { ...signing, material: pair.material });
    const symmetric = own.newMaterial();
    own.ask("encrypt", { material: symmetric, encryptionContext, plaintext });
    own.ask("openDomainKeys", { domainKeys: [] });
    const required = { refused: "material-required" };
    const { reference } = pair.material.facts;
    expect(await own.vault.handlers.sign({ ...signing, material: { reference } })).toEqual(
      required,
    );
    const request = { encryptionContext, plaintext };
    const material = { reference: symmetric.facts.reference };
    expect(own.vault.handlers.encrypt({ ...request, material })).toEqual(required);
    own.close();
  });

  test("open after a restart, and with them everything wrapped before", async () => {
    const own = await vaultBench();
    const again = await openVault({ directory: own.directory, initialize: false });
    const second = Buffer.from(own.ask("createDomainKey", { number: 2 }).wrapped);
    const material = own.newMaterial();
    const { ciphertextBlob } = own.ask("encrypt", { material, encryptionContext, plaintext });
    const request = { material, encryptionContext, ciphertextBlob };
    expect(again.handlers.decrypt(request)).toEqual({ refused: "domain-key-missing" });
    const domainKeys = [{ number: 2, wrapped: second }];
    expect(again.handlers.openDomainKeys({ domainKeys })).toEqual({});
    expect(again.handlers.decrypt(request)).toEqual({ plaintext });
    again.close();
    own.close();
  });

  test("are all refused when one of them is not genuine, and none is opened", async () => {
    const again = await restarted();
    const one = Buffer.from(bench.ask("createDomainKey", { number: 10 }).wrapped);
    const two = Buffer.from(bench.ask("createDomainKey", { number: 11 }).wrapped);
    const flipped = Buffer.from(two);
    flipped[60] = (flipped[60] ?? 0) ^ 1;
    const wrongs = [
      [
        { number: 10, wrapped: one },
        { number: 11, wrapped: flipped },
      ],
      [
        { number: 10, wrapped: one },
        { number: 11, wrapped: one },
      ],
      [
        { number: 10, wrapped: one },
        { number: 10, wrapped: one },
      ],
      [
        { number: 10, wrapped: one },
        { number: 11, wrapped: two.subarray(0, 20) },
      ],
      [
        { number: 10, wrapped: one },
        { number: -1, wrapped: two },
      ],
    ];
    for (const domainKeys of wrongs) {
      expect(again.handlers.openDomainKeys({ domainKeys })).toEqual({ refused: "rejected" });
    }
    const facts = bench.newMaterial().facts;
    expect(again.handlers.createKeyMaterial({ facts })).toEqual({ refused: "domain-key-missing" });
    again.close();
  });

  test("of another installation are refused", async () => {
    const other = await vaultBench();
    const { wrapped } = bench.ask("createDomainKey", { number: 20 });
    const domainKeys = [{ number: 20, wrapped }];
    expect(other.vault.handlers.openDomainKeys({ domainKeys })).toEqual({ refused: "rejected" });
    other.close();
  });

  test("get no second key for a number that has one, and no number out of range", () => {
    bench.ask("createDomainKey", { number: 30 });
    for (const number of [30, 29, 0, -1, 31.5, 2 ** 32]) {
      expect(handlers.createDomainKey({ number })).toEqual({ refused: "rejected" });
    }
  });

  test("that were made but never stored are dropped when the stored ones are opened", async () => {
    const own = await vaultBench();
    const stored = Buffer.from(own.ask("createDomainKey", { number: 2 }).wrapped);
    own.ask("createDomainKey", { number: 3 });
    own.ask("openDomainKeys", { domainKeys: [{ number: 2, wrapped: stored }] });
    const { wrapped } = own.newMaterial();
    expect(Buffer.from(wrapped).readUInt32BE(4)).toBe(2);
    own.close();
  });

  test("wrap with the highest number, in whatever order they are opened", async () => {
    const own = await vaultBench();
    const [two, three] = [2, 3].map((number) => ({
      number,
      wrapped: Buffer.from(own.ask("createDomainKey", { number }).wrapped),
    }));
    if (two === undefined || three === undefined) throw new Error("no domain keys");
    own.ask("openDomainKeys", { domainKeys: [three, two] });
    expect(Buffer.from(own.newMaterial().wrapped).readUInt32BE(4)).toBe(3);
    own.close();
  });

  test("are refused when there are more than fit a frame", () => {
    const domainKeys = Array.from({ length: limits.domainKeys + 1 }, (_, number) => ({
      number: number + 1,
      wrapped: Buffer.alloc(0),
    }));
    expect(handlers.openDomainKeys({ domainKeys })).toEqual({ refused: "rejected" });
  });
});
