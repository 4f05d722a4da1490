/** The vault's primitives against published vectors, where these lie beside the project. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decrypt, encryptInto } from "../../src/vault/gcm.ts";
import { HmacKey } from "../../src/vault/hmac-key.ts";
import { Label, deriveInto, expandInto } from "../../src/vault/kdf.ts";

const vectors = path.resolve(import.meta.dirname, "../../../shared/vectors");
const gcmFile = path.join(vectors, "wycheproof/aes_gcm_test.json.gz");
const hmacFile = path.join(vectors, "wycheproof/hmac_sha256_test.json");
const kdfFile = path.join(vectors, "kdf-wrap/sp800-108-kdf-ctr-hmac.json");

interface Wycheproof<Vector> {
  readonly testGroups: readonly {
    readonly ivSize: number;
    readonly keySize: number;
    readonly tagSize: number;
    readonly tests: readonly (Vector & {
      tcId: number;
      result: string;
      msg: string;
      tag: string;
    })[];
  }[];
}

interface GcmVector {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly ct: string;
}

interface KdfVector {
  readonly id: string;
  readonly hash: string;
  readonly ikm: string;
  readonly L: number;
  readonly okm: string;
  readonly fixedInput?: string;
  readonly label?: string;
  readonly context?: string;
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const parse = (bytes: Buffer): unknown => JSON.parse(bytes.toString("utf8"));

describe("AES-256-GCM", () => {
  test.skipIf(!existsSync(gcmFile))("agrees with Wycheproof wherever sizes are ours", () => {
    const { testGroups } = parse(gunzipSync(readFileSync(gcmFile))) as Wycheproof<GcmVector>;
    const ours = testGroups.filter((each) => each.keySize === 256 && each.ivSize === 96);
    const cases = ours.filter((each) => each.tagSize === 128).flatMap((each) => each.tests);
    expect(cases.length).toBeGreaterThan(60);
    for (const { tcId, result, key, iv, aad, msg, ct, tag } of cases) {
      const input = { key: hex(key), iv: hex(iv), associatedData: hex(aad) };
      const opened = decrypt(input, hex(ct + tag))?.toString("hex");
      expect({ tcId, opened }).toEqual({ tcId, opened: result === "valid" ? msg : undefined });
      const sealed = Buffer.alloc(ct.length / 2 + 16);
      encryptInto(sealed, 0, input, hex(msg));
      expect({ tcId, same: sealed.equals(hex(ct + tag)) }).toEqual({
        tcId,
        same: result === "valid",
      });
    }
  });

  test.skipIf(!existsSync(gcmFile))("refuses every other size of IV in Wycheproof", () => {
    const { testGroups } = parse(gunzipSync(readFileSync(gcmFile))) as Wycheproof<GcmVector>;
    const others = testGroups.filter((each) => each.keySize === 256 && each.ivSize !== 96);
    const cases = others.flatMap((each) => each.tests);
    expect(cases.length).toBeGreaterThan(20);
    for (const { key, iv, aad, ct, tag } of cases) {
      const input = { key: hex(key), iv: hex(iv), associatedData: hex(aad) };
      expect(() => decrypt(input, hex(ct + tag))).toThrow("12 bytes");
    }
  });

  test("refuses every tag shorter than 16 bytes", () => {
    const input = { key: Buffer.alloc(32), iv: Buffer.alloc(12), associatedData: Buffer.alloc(0) };
    const tag = Buffer.alloc(16);
    encryptInto(tag, 0, input, Buffer.alloc(0));
    expect(decrypt(input, tag)).toEqual(Buffer.alloc(0));
    for (let length = 0; length < 16; length++) {
      expect(decrypt(input, tag.subarray(0, length))).toBeUndefined();
    }
  });
});

describe("HMAC-SHA-256", () => {
  test.skipIf(!existsSync(hmacFile))("agrees with Wycheproof", () => {
    const { testGroups } = parse(readFileSync(hmacFile)) as Wycheproof<{ key: string }>;
    const cases = testGroups.flatMap(({ tagSize, tests }) =>
      tests.map((each) => ({ ...each, tagSize })),
    );
    expect(cases.length).toBeGreaterThan(100);
    for (const { tcId, result, key, msg, tag, tagSize } of cases) {
      const mac = new HmacKey(hex(key)).mac(hex(msg)).subarray(0, tagSize / 8);
      expect({ tcId, same: mac.equals(hex(tag)) }).toEqual({ tcId, same: result === "valid" });
    }
  });
});

describe("SP 800-108 key derivation in counter mode", () => {
  test.skipIf(!existsSync(kdfFile))("agrees with every vector for HMAC-SHA-256", () => {
    const { sets } = parse(readFileSync(kdfFile)) as { sets: { vectors: KdfVector[] }[] };
    const cases = sets.flatMap((set) => set.vectors).filter(({ hash }) => hash === "sha256");
    expect(cases.length).toBe(25);
    for (const vector of cases) {
      const derived = Buffer.alloc(vector.L);
      expandInto(derived, new HmacKey(hex(vector.ikm)), fixedInput(vector));
      expect({ id: vector.id, okm: derived.toString("hex") }).toEqual({
        id: vector.id,
        okm: vector.okm,
      });
    }
  });

  test.skipIf(!existsSync(kdfFile))("agrees with every vector that has a label like ours", () => {
    const { sets } = parse(readFileSync(kdfFile)) as { sets: { vectors: KdfVector[] }[] };
    const cases = sets
      .flatMap((set) => set.vectors)
      .filter(({ label = "" }) => /^[\x21-\x7e]+$/.test(hex(label).toString("latin1")));
    expect(cases.length).toBe(5);
    for (const { ikm, label = "", context = "", L, okm } of cases) {
      const derived = Buffer.alloc(L);
      const purpose = new Label(hex(label).toString("latin1"));
      deriveInto(derived, new HmacKey(hex(ikm)), purpose, hex(context));
      expect(derived.toString("hex")).toBe(okm);
    }
  });
});

function fixedInput({ fixedInput: given, label = "", context = "", L }: KdfVector): Buffer {
  if (given !== undefined) return hex(given);
  const bits = (8 * L).toString(16).padStart(8, "0");
  return hex(`${label}00${context}${bits}`);
}
