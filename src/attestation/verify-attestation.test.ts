import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { enclavePair, nitroPlatform, pcr0, spki } from "../../test/attestation.ts";
import { cbor, type CborInput } from "../../test/cbor-writer.ts";
import { UnsoundDocument } from "./unsound-document.ts";
import { verifyAttestation } from "./verify-attestation.ts";

const nowMs = Date.UTC(2026, 2, 1, 10, 15);
const minute = 60_000;
const platform = nitroPlatform({ issuedAtMs: nowMs });
const roots = [platform.root];
const sound = platform.document(nowMs);

function complaint(document: Uint8Array, trusted = roots, atMs = nowMs): string | undefined {
  try {
    verifyAttestation(document, trusted, atMs);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnsoundDocument)) throw error;
    return error.message;
  }
}

const withMembers = (members: Readonly<Record<string, CborInput>>): Buffer =>
  platform.document(nowMs, { members });

describe("a document that a trusted root vouches for", () => {
  test("proves its recipient: module, registers, and the key to encrypt to", () => {
    const recipient = verifyAttestation(sound, roots, nowMs);
    expect(recipient).toMatchObject({
      moduleId: "i-0123456789abcdef0-enc0123456789abcdef",
      platform: "nitroEnclave",
      publicKey: spki(enclavePair.publicKey),
    });
    expect(recipient.pcrs.get(0)).toEqual(pcr0);
    expect([...recipient.pcrs.keys()]).toEqual([0, 1, 8]);
  });

  test("may be tagged as COSE_Sign1", () => {
    expect(complaint(platform.document(nowMs, { tagged: true }))).toBeUndefined();
  });

  test("may leave the lengths of its maps and lists open", () => {
    const members = [...platform.payload(nowMs)].flatMap(([name, member]) => [
      cbor(name),
      cbor(member),
    ]);
    const open = Buffer.concat([Buffer.of(0xbf), ...members, Buffer.of(0xff)]);
    expect(complaint(platform.signed(open))).toBeUndefined();
  });

  test("may come from a NitroTPM, whose registers stand under another name", () => {
    const registers = new Map([[4, Buffer.alloc(48, 4)]]);
    const document = withMembers({ pcrs: undefined, nitrotpm_pcrs: registers });
    const recipient = verifyAttestation(document, roots, nowMs);
    expect(recipient.platform).toBe("nitroTpm");
    expect(recipient.pcrs.get(4)).toEqual(registers.get(4));
  });

  test.each([-5 * minute, 5 * minute])("may be %d ms from our time", (differenceMs) => {
    const issuedAtMs = nowMs - 10 * minute;
    const older = nitroPlatform({ issuedAtMs });
    expect(complaint(older.document(nowMs + differenceMs), [older.root])).toBeUndefined();
  });
});

describe("refuses", () => {
  test("every document while no root is configured", () => {
    expect(complaint(sound, [])).toMatch(/no attestation root is configured/);
  });

  test("a document of another root", () => {
    const other = nitroPlatform({ issuedAtMs: nowMs });
    expect(complaint(other.document(nowMs))).toMatch(/do not lead to a trusted root/);
  });

  test("a chain that starts with the trusted root but goes on with another's certificates", () => {
    const other = nitroPlatform({ issuedAtMs: nowMs });
    const [, theirMiddle] = other.payload(nowMs).get("cabundle") as Buffer[];
    const cabundle = [platform.root.raw, theirMiddle];
    expect(complaint(other.document(nowMs, { members: { cabundle } }))).toMatch(/form a chain/);
  });

  test("a chain with a certificate left out", () => {
    expect(complaint(withMembers({ cabundle: [platform.root.raw] }))).toMatch(/form a chain/);
  });

  test("a chain with a link that may not issue certificates", () => {
    const weak = nitroPlatform({ issuedAtMs: nowMs, intermediateIssues: false });
    expect(complaint(weak.document(nowMs), [weak.root])).toMatch(/form a chain/);
  });

  test("a signer that may issue certificates", () => {
    const strong = nitroPlatform({ issuedAtMs: nowMs, leafIssues: true });
    expect(complaint(strong.document(nowMs), [strong.root])).toMatch(/one that issues/);
  });

  test("certificates with keys of another curve", () => {
    const weak = nitroPlatform({ issuedAtMs: nowMs, curve: "brainpoolP384r1" });
    expect(complaint(weak.document(nowMs), [weak.root])).toMatch(/another kind than P-384/);
  });

  test.each([-2 * minute, 181 * minute])("certificates that are not valid, by %d ms", (byMs) => {
    const atMs = nowMs + byMs;
    expect(complaint(platform.document(atMs), roots, atMs)).toMatch(/not valid at this time/);
  });

  test.each([-5 * minute - 1, 5 * minute + 1])("a document that is %d ms old", (ageMs) => {
    const older = nitroPlatform({ issuedAtMs: nowMs - 10 * minute });
    expect(complaint(older.document(nowMs - ageMs), [older.root])).toMatch(/last 5 minutes/);
  });

  test("a signature by another key", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    expect(complaint(platform.document(nowMs, { signer: privateKey }))).toBe(
      "its signature is wrong",
    );
  });

  test("another algorithm, a header parameter it does not know, and an unprotected one", () => {
    for (const header of [
      new Map([[1, -7]]),
      new Map([
        [1, -35],
        [2, 1],
      ]),
      new Map(),
    ]) {
      const document = platform.document(nowMs, { header: cbor(header) });
      expect(complaint(document)).toMatch(/not signed with ES384/);
    }
    const header = cbor(new Map([[1, -35]]));
    const parts = [header, new Map([[4, 1]]), Buffer.alloc(1), Buffer.alloc(96)];
    expect(complaint(cbor(parts))).toMatch(/not a COSE_Sign1/);
  });

  test("a document without a public key", () => {
    for (const public_key of [null, undefined]) {
      expect(complaint(withMembers({ public_key }))).toBe("it has no public key");
    }
  });

  test.each([
    ["a key that is not RSA", spki(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey)],
    ["RSA of 1024 bits", spki(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)],
    ["an even modulus", Buffer.from(spki(enclavePair.publicKey)).fill(0x10, 283, 289)],
    ["noise", Buffer.from("noise")],
  ])("%s to encrypt to", (_what, public_key) => {
    expect(complaint(withMembers({ public_key }))).toMatch(/not an RSA key of 2048 to 4096 bits/);
  });

  test.each<[string, Readonly<Record<string, CborInput>>]>([
    ["module_id", { module_id: "" }],
    ["module_id", { module_id: 7 }],
    ["module_id", { module_id: "m".repeat(257) }],
    ["digest", { digest: "SHA256" }],
    ["timestamp", { timestamp: 0 }],
    ["timestamp", { timestamp: "now" }],
    ["pcrs", { pcrs: undefined }],
    ["pcrs", { pcrs: new Map() }],
    ["pcrs", { pcrs: new Map([[32, pcr0]]) }],
    ["pcrs", { pcrs: new Map([[-1, pcr0]]) }],
    ["pcrs", { pcrs: new Map([["0", pcr0]]) }],
    ["pcrs", { pcrs: new Map([[0, pcr0.subarray(1)]]) }],
    ["certificate", { certificate: null }],
    ["certificate", { certificate: Buffer.alloc(1025) }],
    ["cabundle", { cabundle: [] }],
    ["cabundle", { cabundle: Array.from({ length: 9 }, () => platform.root.raw) }],
    ["cabundle", { cabundle: ["text"] }],
    ["public_key", { public_key: Buffer.alloc(1025) }],
  ])("a malformed %s: %o", (member, members) => {
    expect(complaint(withMembers(members))).toBe(`its ${member} is missing or malformed`);
  });

  test("certificates in another encoding, or with bytes after them", () => {
    for (const certificate of [
      Buffer.concat([platform.root.raw, Buffer.of(0)]),
      Buffer.from(platform.root.toString()),
      Buffer.from("noise"),
    ]) {
      expect(complaint(withMembers({ certificate }))).toMatch(/cannot be read/);
    }
  });
});

describe("a document in the hands of strangers", () => {
  test("is refused with any byte of it changed, put in or taken out", () => {
    fc.assert(
      fc.property(
        fc.nat(sound.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom("change", "insert", "delete", "cut"),
        (at, by, kind) => {
          const changed = Buffer.from(sound);
          changed[at] = (changed[at] ?? 0) ^ by;
          const tail = kind === "delete" ? sound.subarray(at + 1) : sound.subarray(at);
          const document = {
            change: changed,
            insert: Buffer.concat([sound.subarray(0, at), Buffer.of(by), tail]),
            delete: Buffer.concat([sound.subarray(0, at), tail]),
            cut: sound.subarray(0, at),
          }[kind];
          fc.pre(!document.equals(sound));
          expect(complaint(document)).toEqual(expect.any(String));
        },
      ),
      { numRuns: 400 },
    );
  });

  test("is refused when it is noise, or a payload of noise that is properly signed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(complaint(noise)).toEqual(expect.any(String));
        expect(complaint(platform.signed(Buffer.from(noise)))).toEqual(expect.any(String));
      }),
    );
  });
});
