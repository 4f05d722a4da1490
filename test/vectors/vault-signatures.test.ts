/** Every signature algorithm of the vault against Wycheproof, over messages and over digests. */
import { createPrivateKey, createPublicKey, hash, type KeyObject } from "node:crypto";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { findBridge } from "../../src/launcher/start-vault.ts";
import { type OpenSsl, type Pointer, loadOpenSsl } from "../../src/vault/algorithms/openssl.ts";
import { signPrepared, verifyPrepared } from "../../src/vault/algorithms/prepared-signatures.ts";
import {
  signatureAlgorithm,
  signatureAlgorithms,
} from "../../src/vault/algorithms/signature-algorithms.ts";
import { signMessage, verifyMessage } from "../../src/vault/algorithms/signatures.ts";
import { type Case, disagreements, groupsOf, hex, isPresent } from "./wycheproof.ts";

const bridge = findBridge();
const openSsl = bridge === undefined ? undefined : withPublicKeys(bridge);

interface PublicGroup {
  readonly publicKeyDer: string;
  readonly publicKey: string;
}
interface Signed {
  readonly msg: string;
  readonly sig: string;
}

function readSpki(der: string): KeyObject {
  return createPublicKey({ key: hex(der), type: "spki", format: "der" });
}

function readPkcs8(der: string): KeyObject {
  return createPrivateKey({ key: hex(der), type: "pkcs8", format: "der" });
}

/** The vectors have public keys only, the vault always has the private one. */
function withPublicKeys(file: string): OpenSsl {
  const koffi = createRequire(file)(file) as {
    load(file: null): { func(declaration: string): unknown };
  };
  const read = koffi.load(null).func("void *d2i_PUBKEY(void *, _Inout_ void **, long)") as (
    key: null,
    der: [Buffer],
    length: number,
  ) => Pointer;
  const sound = loadOpenSsl(file);
  const known = new WeakMap<KeyObject, Pointer>();
  const keyOf = (key: KeyObject): Pointer => {
    if (key.type !== "public") return sound.keyOf(key);
    const der = key.export({ type: "spki", format: "der" });
    const pointer = known.get(key) ?? read(null, [der], der.length);
    known.set(key, pointer);
    return pointer;
  };
  return { ...sound, keyOf };
}

const rsa = ["2048", "3072", "4096"].flatMap((bits) =>
  ["256", "384", "512"].map(
    (sha) => [`rsa_signature_${bits}_sha${sha}`, `RSASSA_PKCS1_V1_5_SHA_${sha}`] as const,
  ),
);
const pss = ["2048_sha256_mgf1_32", "2048_sha384_mgf1_48", "3072_sha256_mgf1_32"].concat([
  "4096_sha256_mgf1_32",
  "4096_sha384_mgf1_48",
  "4096_sha512_mgf1_64",
]);
const overDigests = [
  ...rsa,
  ...pss.map((each) => [`rsa_pss_${each}`, `RSASSA_PSS_SHA_${each.slice(8, 11)}`] as const),
  ["ecdsa_secp256r1_sha256", "ECDSA_SHA_256"],
  ["ecdsa_secp384r1_sha384", "ECDSA_SHA_384"],
  ["ecdsa_secp521r1_sha512", "ECDSA_SHA_512"],
  ["ecdsa_secp256k1_sha256", "ECDSA_SHA_256"],
] as const;
const whole = [
  ...overDigests,
  ["ed25519", "ED25519_SHA_512"],
  ["mldsa_44_verify", "ML_DSA_SHAKE_256"],
  ["mldsa_65_verify", "ML_DSA_SHAKE_256"],
  ["mldsa_87_verify", "ML_DSA_SHAKE_256"],
] as const;

/** Refused, and what is refused need not be a key at all: nothing that verifies. */
function readPublic({ publicKeyDer }: PublicGroup): KeyObject | undefined {
  try {
    return readSpki(publicKeyDer);
  } catch {
    return undefined;
  }
}

type Verify = (message: Buffer, signature: Buffer, key: KeyObject) => Promise<boolean>;

async function disagreementsOf(
  file: string,
  verify: Verify,
): Promise<{ wrong: number[]; count: number }> {
  const wrong: number[] = [];
  let count = 0;
  for (const group of groupsOf<PublicGroup, Signed & { ctx?: string }>(file)) {
    const key = readPublic(group);
    // Signatures made for a context are not for us: our context is empty.
    const tests = group.tests.filter(({ ctx = "" }) => ctx === "");
    count += tests.length;
    const accepts = async ({ msg, sig }: Signed): Promise<boolean> =>
      key !== undefined && (await verify(hex(msg), hex(sig), key));
    wrong.push(...(await disagreements(tests, accepts)));
  }
  return { wrong, count };
}

describe.skipIf(!isPresent)("signatures over messages agree with Wycheproof", () => {
  test.each(whole)("%s as %s", async (file, name) => {
    const verify: Verify = async (message, signature, key) =>
      await verifyMessage(signatureAlgorithm(name), message, signature, key);
    const { wrong, count } = await disagreementsOf(file, verify);
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(90);
  });
});

describe.skipIf(!isPresent || openSsl === undefined)(
  "signatures over digests agree with Wycheproof",
  () => {
    test.each(overDigests)("%s as %s", async (file, name) => {
      const algorithm = signatureAlgorithm(name);
      const verify: Verify = async (message, signature, key) => {
        if (openSsl === undefined) throw new Error("there is no bridge");
        const prepared = hash(algorithm.hash ?? "", message, "buffer");
        return await verifyPrepared(openSsl, algorithm, { prepared, signature }, key);
      };
      const { wrong, count } = await disagreementsOf(file, verify);
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(90);
    });
  },
);

interface PrivateGroup {
  readonly privateKeyPkcs8: string;
  readonly keySize: number;
  readonly sha: string;
}

describe.skipIf(!isPresent)("PKCS #1 v1.5 signatures are made as Wycheproof has them", () => {
  test.each(["2048", "3072", "4096"])("RSA_%s, messages and digests", async (bits) => {
    let count = 0;
    for (const group of groupsOf<PrivateGroup, Signed>(`rsa_pkcs1_${bits}_sig_gen`)) {
      const name = `RSASSA_PKCS1_V1_5_SHA_${group.sha.replace("SHA-", "")}`;
      const algorithm = signatureAlgorithms.get(name);
      if (algorithm === undefined) continue;
      const key = readPkcs8(group.privateKeyPkcs8);
      for (const { msg, sig, tcId } of group.tests) {
        const made = await signMessage(algorithm, hex(msg), key);
        expect({ tcId, sig: made.toString("hex") }).toEqual({ tcId, sig });
        if (openSsl === undefined) continue;
        const digest = hash(algorithm.hash ?? "", hex(msg), "buffer");
        const over = await signPrepared(openSsl, algorithm, digest, key);
        expect({ tcId, sig: over.toString("hex") }).toEqual({ tcId, sig });
        count++;
      }
    }
    expect(count).toBeGreaterThan(openSsl === undefined ? -1 : 5);
  });
});

interface SeedGroup {
  readonly privateSeed: string;
  readonly publicKey: string;
}

type SeedCase = Case & Partial<Signed> & { readonly ctx?: string; readonly mu?: string };

describe.skipIf(!isPresent)("ML-DSA keys from seeds agree with Wycheproof", () => {
  const algorithm = signatureAlgorithm("ML_DSA_SHAKE_256");

  test.each([44, 65, 87] as const)("ML_DSA_%i: the public key of each seed", (size) => {
    for (const { privateSeed, publicKey } of groupsWithSeed(size)) {
      expect(rawPublicKey(readSeed(size, privateSeed))).toBe(publicKey);
    }
    expect(groupsWithSeed(size).length).toBeGreaterThan(0);
  });

  test.each([44, 65, 87] as const)("ML_DSA_%i: signatures of messages", async (size) => {
    let count = 0;
    for (const { privateSeed, tests } of groupsWithSeed(size)) {
      const key = readSeed(size, privateSeed);
      const ours = tests.filter(
        ({ result, ctx = "", msg, sig }) =>
          result === "valid" && ctx === "" && msg !== undefined && sig !== undefined,
      );
      const accepts = async ({ msg = "", sig = "" }: SeedCase): Promise<boolean> =>
        await verifyMessage(algorithm, hex(msg), hex(sig), key);
      expect(await disagreements(ours, accepts)).toEqual([]);
      count += ours.length;
    }
    expect(count).toBeGreaterThan(20);
  });

  test.skipIf(openSsl === undefined).each([44, 65, 87] as const)(
    "ML_DSA_%i: signatures of µ, for any context",
    async (size) => {
      if (openSsl === undefined) throw new Error("there is no bridge");
      let count = 0;
      for (const { privateSeed, tests } of groupsWithSeed(size)) {
        const key = readSeed(size, privateSeed);
        const ours = tests.filter(
          ({ result, mu, sig }) => result === "valid" && mu !== undefined && sig !== undefined,
        );
        const accepts = async ({ mu = "", sig = "" }: SeedCase): Promise<boolean> => {
          const given = { prepared: hex(mu), signature: hex(sig) };
          return await verifyPrepared(openSsl, algorithm, given, key);
        };
        expect(await disagreements(ours, accepts)).toEqual([]);
        count += ours.length;
      }
      expect(count).toBeGreaterThan(20);
    },
  );
});

function groupsWithSeed(size: number) {
  const groups = groupsOf<SeedGroup, SeedCase>(`mldsa_${size}_sign_seed`);
  return groups.filter(({ privateSeed }) => privateSeed.length === 64);
}

function readSeed(size: 44 | 65 | 87, seed: string): KeyObject {
  const asymmetricKeyType = `ml-dsa-${size}` as const;
  return createPrivateKey({ key: hex(seed), format: "raw-seed", asymmetricKeyType });
}

function rawPublicKey(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return spki.subarray(22).toString("hex");
}

describe.skipIf(openSsl === undefined)("Ed25519ph agrees with RFC 8032, 7.3", () => {
  const seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42";
  const signature =
    "98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41" +
    "31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406";

  test("in the one vector that there is", async () => {
    if (openSsl === undefined) throw new Error("there is no bridge");
    const key = readPkcs8(`302e020100300506032b657004220420${seed}`);
    const made = await signPrepared(
      openSsl,
      signatureAlgorithm("ED25519_PH_SHA_512"),
      Buffer.from("abc"),
      key,
    );
    expect(made.toString("hex")).toBe(signature);
  });
});
