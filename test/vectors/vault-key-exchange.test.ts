/** ECDH, ML-KEM, RSA-OAEP, AES-KWP and HMAC of the vault against Wycheproof. */
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { unwrapPadded } from "../../src/vault/algorithms/aes-key-wrap.ts";
import { agree } from "../../src/vault/algorithms/key-agreement.ts";
import { decapsulateSecret } from "../../src/vault/algorithms/key-encapsulation.ts";
import { macOf } from "../../src/vault/algorithms/macs.ts";
import { decryptOaep, isOaep } from "../../src/vault/algorithms/rsa-encryption.ts";
import { type Case, disagreements, groupsOf, hex, isPresent } from "./wycheproof.ts";

interface Agreement {
  readonly public: string;
  readonly private: string;
  readonly shared: string;
}

/** PKCS#8 around RFC 5915 with nothing but the scalar, cut or filled to the field's width. */
const pkcs8Heads = {
  ECC_NIST_P256: ["3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420", 32],
  ECC_NIST_P384: ["304e020100301006072a8648ce3d020106052b81040022043730350201010430", 48],
  ECC_NIST_P521: ["3060020100301006072a8648ce3d020106052b81040023044930470201010442", 66],
} as const;

function readScalar(keySpec: keyof typeof pkcs8Heads, scalar: string): KeyObject {
  const [head, width] = pkcs8Heads[keySpec];
  const fitted = scalar.padStart(width * 2, "0").slice(-width * 2);
  return createPrivateKey({ key: hex(head + fitted), type: "pkcs8", format: "der" });
}

/**
 * Of the "acceptable" cases exactly one is taken: a compressed point on the named curve
 * (RFC 5480, 2.2). The others spell their curve out by its parameters.
 */
const compressedPoint = 2;

describe.skipIf(!isPresent)("ECDH agrees with Wycheproof", () => {
  test.each([
    ["ecdh_secp256r1", "ECC_NIST_P256"],
    ["ecdh_secp384r1", "ECC_NIST_P384"],
    ["ecdh_secp521r1", "ECC_NIST_P521"],
  ] as const)(
    "%s",
    async (file, keySpec) => {
      const groups = groupsOf<object, Agreement>(file);
      const accepts = async (test_: Agreement): Promise<boolean> => {
        const key = readScalar(keySpec, test_.private);
        const secret = await agree(keySpec, hex(test_.public), key);
        if (secret === undefined) return false;
        expect(secret.toString("hex")).toBe(test_.shared);
        return true;
      };
      const cases = groups.flatMap(({ tests }) => tests);
      expect(cases.length).toBeGreaterThan(600);
      expect(await disagreements(cases, accepts, isTaken)).toEqual([]);
    },
    60_000,
  );
});

function isTaken({ tcId }: Case): boolean {
  return tcId === compressedPoint;
}

interface Encapsulated {
  readonly seed?: string;
  readonly dk?: string;
  readonly ek: string;
  readonly c: string;
  readonly K: string;
}

function readSeed(seed: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: seed, format: "raw-seed", asymmetricKeyType: "ml-kem-768" });
  } catch {
    return undefined;
  }
}

describe.skipIf(!isPresent)("ML-KEM agrees with Wycheproof", () => {
  test("ML_KEM_768: from the seed to the public key and the shared secret", async () => {
    const cases = groupsOf<object, Encapsulated>("mlkem_768").flatMap(({ tests }) => tests);
    const withSeed = cases.filter(({ seed, c }) => seed !== undefined && c !== undefined);
    expect(withSeed.length).toBeGreaterThan(30);
    const accepts = ({ seed = "", ek, c, K }: Encapsulated): boolean => {
      const key = readSeed(hex(seed));
      if (key === undefined) return false;
      const spki = createPublicKey(key).export({ type: "spki", format: "der" });
      expect(ek === undefined || spki.subarray(22).equals(hex(ek))).toBe(true);
      return decapsulateSecret("ML_KEM_768", hex(c), key)?.toString("hex") === K;
    };
    expect(await disagreements(withSeed, accepts)).toEqual([]);
  });
});

interface OaepGroup {
  readonly privateKeyPkcs8: string;
  readonly sha: string;
}
interface Encrypted {
  readonly msg: string;
  readonly ct: string;
  readonly label: string;
}

describe.skipIf(!isPresent)("RSA-OAEP agrees with Wycheproof", () => {
  test.each([
    "rsa_oaep_2048_sha1_mgf1sha1",
    "rsa_oaep_2048_sha256_mgf1sha256",
    "rsa_oaep_3072_sha256_mgf1sha256",
    "rsa_oaep_4096_sha256_mgf1sha256",
  ])("%s", async (file) => {
    for (const { privateKeyPkcs8, sha, tests } of groupsOf<OaepGroup, Encrypted>(file)) {
      const algorithm = `RSAES_OAEP_${sha.replace("-", "_")}`;
      if (!isOaep(algorithm)) throw new Error(`there is no ${algorithm}`);
      const key = createPrivateKey({ key: hex(privateKeyPkcs8), type: "pkcs8", format: "der" });
      // Ours has no label, so a ciphertext that was made for one is not for us.
      const expected = tests.map((each) =>
        each.label === "" ? each : { ...each, result: "invalid" as const },
      );
      const accepts = async ({ ct, msg }: Encrypted): Promise<boolean> => {
        const opened = await decryptOaep(algorithm, hex(ct), key);
        return opened?.toString("hex") === msg;
      };
      expect(await disagreements(expected, accepts)).toEqual([]);
    }
  });
});

interface Wrapped {
  readonly key: string;
  readonly msg: string;
  readonly ct: string;
}

describe.skipIf(!isPresent)("AES key unwrap with padding agrees with Wycheproof", () => {
  test("for every key of at least 16 wrapped bytes; shorter ones are refused", async () => {
    const cases = groupsOf<object, Wrapped>("aes_kwp").flatMap(({ tests }) => tests);
    const accepts = ({ key, ct, msg }: Wrapped): boolean =>
      unwrapPadded(hex(key), hex(ct))?.toString("hex") === msg;
    const ours = cases.filter(({ ct }) => ct.length / 2 >= 24);
    expect(ours.length).toBeGreaterThan(80);
    expect(await disagreements(ours, accepts)).toEqual([]);
    const shorter = cases.filter(({ ct }) => ct.length / 2 < 24);
    expect(shorter.some(accepts)).toBe(false);
  });
});

interface MacGroup {
  readonly tagSize: number;
}
interface Maced {
  readonly key: string;
  readonly msg: string;
  readonly tag: string;
}

describe.skipIf(!isPresent)("HMAC agrees with Wycheproof", () => {
  test.each(["224", "256", "384", "512"])("HMAC_SHA_%s", async (bits) => {
    for (const { tagSize, tests } of groupsOf<MacGroup, Maced>(`hmac_sha${bits}`)) {
      const accepts = ({ key, msg, tag }: Maced): boolean => {
        const secret = { keySpec: `HMAC_${bits}`, key: createSecretKey(hex(key)) };
        const mac = macOf(`HMAC_SHA_${bits}`, hex(msg), secret);
        return mac?.subarray(0, tagSize / 8).toString("hex") === tag;
      };
      expect(await disagreements(tests, accepts)).toEqual([]);
    }
  });
});
