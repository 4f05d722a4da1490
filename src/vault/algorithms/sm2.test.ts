/** SM2 against the openssl command, with a private key that both have. */
import { execFileSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findBridge } from "../../launcher/start-vault.ts";
import { Bridge } from "./bridge.ts";
import { DigestSignatures } from "./digest-signatures.ts";
import { signatureAlgorithm } from "./signature-algorithms.ts";
import { plaintextBytesOf } from "./sm2-ciphertext.ts";
import { sm2Digest } from "./sm2-digest.ts";
import { Sm2 } from "./sm2.ts";

const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-sm2-"));
afterAll(() => rmSync(directory, { recursive: true }));
const message = Buffer.from("a message");

const file = (name: string): string => path.join(directory, name);

function sequence(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

function isThere(): boolean {
  try {
    return execFileSync("openssl", ["list", "-public-key-algorithms"]).includes("SM2");
  } catch {
    return false;
  }
}

describe.skipIf(findBridge() === undefined || !isThere())("the openssl command", () => {
  const bridge = new Bridge(findBridge() ?? "");
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "SM2" });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  // As the vault has it: read from what it was kept as.
  const key = createPrivateKey(pem);
  writeFileSync(file("key.pem"), pem);
  writeFileSync(file("message"), message);

  function openssl(...words: string[]): Buffer {
    const run = ["pkeyutl", "-inkey", file("key.pem"), "-out", file("out"), ...words];
    execFileSync("openssl", run, { stdio: "ignore" });
    return readFileSync(file("out"));
  }

  test("decrypts what is encrypted here, and the other way round", async () => {
    const sm2 = new Sm2(bridge);
    const ours = await sm2.encrypt(message, key);
    writeFileSync(file("ciphertext"), ours ?? "");
    expect(openssl("-decrypt", "-in", file("ciphertext"))).toEqual(message);
    const theirs = openssl("-encrypt", "-in", file("message"));
    expect(await sm2.decrypt(theirs, key)).toEqual(message);
  });

  test("makes signatures that are genuine here", async () => {
    const identity = ["-pkeyopt", "distid:1234567812345678"];
    const signature = openssl(
      "-sign",
      "-rawin",
      "-digest",
      "sm3",
      ...identity,
      "-in",
      file("message"),
    );
    const signatures = new DigestSignatures(bridge);
    const algorithm = signatureAlgorithm("SM2DSA");
    const verify = async (of: Buffer) =>
      await signatures.verify(algorithm, sm2Digest(of, key), signature, key);
    expect(await verify(message)).toBe(true);
    expect(await verify(Buffer.from("A message"))).toBe(false);
  });
});

describe("the form of a ciphertext", () => {
  const number = Buffer.from("020101", "hex");
  const digest = Buffer.concat([Buffer.of(4, 32), Buffer.alloc(32)]);
  const bytes = Buffer.of(4, 1, 9);

  test("tells how much was encrypted", () => {
    expect(plaintextBytesOf(sequence(number, number, digest, bytes))).toBe(1);
  });

  test.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["no encrypted bytes", sequence(number, number, digest, Buffer.of(4, 0))],
    ["a member too few", sequence(number, number, digest)],
    ["a member too many", sequence(number, number, digest, bytes, number)],
    ["bytes behind it", Buffer.concat([sequence(number, number, digest, bytes), number])],
    ["a negative coordinate", sequence(Buffer.of(2, 1, 0x80), number, digest, bytes)],
    ["an empty coordinate", sequence(Buffer.of(2, 0), number, digest, bytes)],
    ["a needless zero", sequence(Buffer.of(2, 2, 0, 1), number, digest, bytes)],
    ["a short digest", sequence(number, number, Buffer.of(4, 1, 0), bytes)],
    ["a length in a longer form", sequence(number, number, digest, Buffer.of(4, 0x81, 1, 9))],
    ["a length without an end", sequence(number, number, digest, Buffer.of(4, 0x80, 9, 0, 0))],
    ["a length of three octets", Buffer.of(0x30, 0x83, 0, 0, 1, 0)],
    ["a length beyond the end", Buffer.of(0x30, 0x20, 2, 1, 1)],
  ])("takes no ciphertext with %s", (_what, ciphertext) => {
    expect(plaintextBytesOf(ciphertext)).toBeUndefined();
  });

  test("takes no coordinate of more than 32 bytes", () => {
    const long = Buffer.concat([Buffer.of(2, 33, 1), Buffer.alloc(32)]);
    expect(plaintextBytesOf(sequence(long, number, digest, bytes))).toBeUndefined();
  });
});
