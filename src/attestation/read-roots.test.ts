import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nitroPlatform } from "../../test/attestation.ts";
import { certificates } from "../../test/fuzz/test-certificates.ts";
import { issueCertificate } from "../../test/issue-certificate.ts";
import { readTrustedRoots } from "./read-roots.ts";

const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-roots-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = path.join(directory, "root.pem");
const first = nitroPlatform({ issuedAtMs: 0 }).root;
const second = nitroPlatform({ issuedAtMs: 0 }).root;
const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;

describe("readTrustedRoots", () => {
  test("reads every certificate of a PEM file, and passes over what stands between them", () => {
    writeFileSync(file, `A root\n${first.toString()}\nAnother\n${second.toString()}`);
    expect(readTrustedRoots(file).map(({ raw }) => raw)).toEqual([first.raw, second.raw]);
  });

  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const order = { publicKey, signer: privateKey, fromMs: 0, toMs: 1, issues: true };
  test.each([
    ["without a certificate", "nothing", "it holds no certificate in PEM"],
    ["with a certificate of noise", pemOf(Buffer.from("noise")), "a certificate cannot be read"],
    ["with a key of another curve", certificates[0].cert, "is not of the curve P-384"],
    [
      "whose certificate another issued",
      pemOf(issueCertificate({ ...order, subject: "a", issuer: "b" })),
      "not one of a root",
    ],
    [
      "whose certificate may not issue any",
      pemOf(issueCertificate({ ...order, subject: "a", issuer: "a", issues: false })),
      "not one of a root",
    ],
    [
      "whose certificate another key signed",
      pemOf(
        issueCertificate({
          ...order,
          subject: "a",
          issuer: "a",
          signer: generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey,
        }),
      ),
      "not one of a root",
    ],
    ["that is longer than 64 KiB", " ".repeat(64 * 1024 + 1), "larger than 64 KiB"],
  ])("refuses a file %s", (_what, content, words) => {
    writeFileSync(file, content);
    expect(() => readTrustedRoots(file)).toThrow(words);
    expect(() => readTrustedRoots(file)).toThrow(file);
  });

  test("refuses a file that is not there", () => {
    expect(() => readTrustedRoots(path.join(directory, "missing.pem"))).toThrow("ENOENT");
  });
});
