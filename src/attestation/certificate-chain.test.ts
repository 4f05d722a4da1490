import { generateKeyPairSync, X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extension, issueCertificate } from "../../test/issue-certificate.ts";
import { requireTrustedKey } from "./certificate-chain.ts";
import { certificateUse } from "./certificate-extensions.ts";
import { UnsoundDocument } from "./unsound-document.ts";

const nowMs = Date.UTC(2026, 2, 1);
const newPair = () => generateKeyPairSync("ec", { namedCurve: "secp384r1" });

type Extras = Pick<
  Parameters<typeof issueCertificate>[0],
  "pathLength" | "constraints" | "usage" | "extensions"
>;

/** A chain of certificates, the root first, with what each says besides. The last issues none. */
function chainOf(...all: readonly Extras[]) {
  const pairs = all.map(newPair);
  const ders = all.map((extras, index) => {
    const issuer = Math.max(0, index - 1);
    const { publicKey } = pairs[index] ?? newPair();
    const { privateKey: signer } = pairs[issuer] ?? newPair();
    const names = { subject: `certificate ${index}`, issuer: `certificate ${issuer}` };
    const times = { fromMs: nowMs - 1_000, toMs: nowMs + 1_000 };
    const issues = index < all.length - 1;
    return issueCertificate({ ...names, ...times, publicKey, signer, issues, ...extras });
  });
  const [root = Buffer.alloc(0)] = ders;
  const presented = { cabundle: ders.slice(0, -1), certificate: ders.at(-1) ?? Buffer.alloc(0) };
  return { presented, roots: [new X509Certificate(root)], leafKey: pairs.at(-1)?.publicKey };
}

function complaint(...all: readonly Extras[]): string | undefined {
  const { presented, roots, leafKey } = chainOf(...all);
  try {
    const key = requireTrustedKey(presented, roots, nowMs);
    expect(leafKey?.equals(key)).toBe(true);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnsoundDocument)) throw error;
    return error.message;
  }
}

describe("a chain is trusted", () => {
  test.each<[string, readonly Extras[]]>([
    ["with a root and a leaf alone", [{}, {}]],
    ["with path lengths that are just long enough", [{ pathLength: 1 }, { pathLength: 0 }, {}]],
    ["with a path length longer than need be", [{ pathLength: 9 }, {}, {}]],
    ["without path lengths", [{}, {}, {}, {}, {}]],
    [
      "with an extension that is not critical",
      [{}, { extensions: [extension("551d0e", Buffer.of(4, 0), false)] }],
    ],
  ])("%s", (_what, all) => {
    expect(complaint(...all)).toBeUndefined();
  });
});

describe("a chain is refused", () => {
  const tooLong = "its chain of certificates is longer than one allows";
  const nameConstraints = extension("551d1e", Buffer.of(0x30, 0x00));

  test.each<[string, readonly Extras[], string]>([
    ["that is longer than its root allows", [{ pathLength: 0 }, {}, {}], tooLong],
    ["that is longer than a link allows", [{}, { pathLength: 0 }, {}, {}], tooLong],
    [
      "with a critical extension that is not understood",
      [{}, { extensions: [nameConstraints] }, {}],
      "one of its certificates has a critical extension of unknown meaning",
    ],
    [
      "whose leaf may not sign documents",
      [{}, { usage: 0x20 }],
      "its certificate is not one to sign documents with",
    ],
    [
      "with a link whose key may not sign certificates",
      [{}, { usage: 0x80 }, {}],
      "its certificates do not form a chain",
    ],
  ])("%s", (_what, all, words) => {
    expect(complaint(...all)).toBe(words);
  });

  test.each([[], [0x80], [0xff, 0xff]])("with the path length %o", (...contents) => {
    const length = Buffer.of(0x02, contents.length, ...contents);
    const value = Buffer.concat([Buffer.of(0x30, length.length), length]);
    const { certificate } = chainOf({}, { constraints: value }).presented;
    expect(() => certificateUse(certificate)).toThrow("no sound path length");
  });

  test("with a certificate that has an extension twice", () => {
    const certificate = chainOf({}, {}).presented.certificate;
    const twice = chainOf({}, { extensions: [extension("551d13", Buffer.of(0x30, 0x00))] });
    expect(() => certificateUse(certificate)).not.toThrow();
    expect(() => certificateUse(twice.presented.certificate)).toThrow("has an extension twice");
  });
});

test("what a mutated certificate says is read, or refused as unsound", () => {
  const { certificate } = chainOf({}, { pathLength: 3 }).presented;
  fc.assert(
    fc.property(fc.nat(certificate.length - 1), fc.nat(255), (at, value) => {
      const mutated = Buffer.from(certificate);
      mutated[at] = value;
      const outcome = outcomeOf(mutated);
      expect(!(outcome instanceof Error) || outcome instanceof UnsoundDocument).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("a certificate cut short anywhere is refused as unsound", () => {
  const { certificate } = chainOf({}, {}).presented;
  for (let length = 0; length < certificate.length; length += 1) {
    expect(outcomeOf(certificate.subarray(0, length))).toBeInstanceOf(UnsoundDocument);
  }
});

function outcomeOf(certificate: Buffer): unknown {
  try {
    return certificateUse(certificate);
  } catch (error) {
    return error;
  }
}
