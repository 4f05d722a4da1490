/**
 * Known answers of the ciphertext blob. A blob made by an earlier release must open for
 * ever, so a failure here is never mended by changing the answers.
 */
import { createCipheriv, createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type BlobKey, blobKey, openBlob, sealBlobInto } from "../../src/vault/ciphertext-blob.ts";
import { HmacKey } from "../../src/vault/hmac-key.ts";
import { newFacts } from "../vault-bench.ts";

interface KnownAnswer {
  readonly id: string;
  readonly hbk: string;
  readonly keyUuid: string;
  readonly materialRef: string;
  readonly account: string;
  readonly multiRegion: boolean;
  readonly encryptionContext: Readonly<Record<string, string>>;
  readonly canonicalEncryptionContext: string;
  readonly plaintext: string;
  readonly nonce: string;
  readonly iv: string;
  readonly messageKey: string;
  readonly commitment: string;
  readonly blob: string;
}

const file = path.join(import.meta.dirname, "vault-symmetric-default-v1.json");
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { vectors: readonly KnownAnswer[] };

const u32 = (value: number): string => value.toString(16).padStart(8, "0");
const hex = (text: string): Buffer => Buffer.from(text, "hex");

function keyOf(answer: KnownAnswer): BlobKey {
  const uuid = answer.keyUuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const facts = newFacts({
    accountId: answer.account,
    keyId: answer.multiRegion ? `mrk-${answer.keyUuid}` : uuid,
    multiRegion: answer.multiRegion,
    reference: hex(answer.materialRef),
  });
  return blobKey(new HmacKey(hex(answer.hbk)), facts);
}

/** The format's description, computed once more in the plainest way there is. */
function blobOf(answer: KnownAnswer): string {
  const flags = answer.multiRegion ? "01" : "00";
  const header = `534b4d0101${flags}${answer.keyUuid}${answer.materialRef}`;
  const account = Buffer.from(answer.account).toString("hex");
  const pairs = Object.entries(answer.encryptionContext).map((pair) =>
    pair.map((text) => Buffer.from(text).toString("hex")),
  );
  const sorted = pairs.toSorted(([one = ""], [other = ""]) => (one < other ? -1 : 1));
  const context = sorted.flat().map((text) => u32(text.length / 2) + text);
  const aad =
    Buffer.from("kms.ct.v1").toString("hex") +
    `00${header}${answer.nonce}${answer.iv}${u32(12)}${account}` +
    u32(pairs.length) +
    context.join("");
  const label = Buffer.from("kms/v1/symmetric-default").toString("hex");
  const aadHash = createHash("sha256").update(hex(aad)).digest("hex");
  const fixed = `${label}00${answer.nonce}${answer.iv}${aadHash}${u32(512)}`;
  const prf = (counter: number): Buffer =>
    createHmac("sha256", hex(answer.hbk))
      .update(hex(u32(counter) + fixed))
      .digest();
  const cipher = createCipheriv("aes-256-gcm", prf(1), hex(answer.iv), { authTagLength: 16 });
  cipher.setAAD(hex(aad));
  const sealed = cipher.update(answer.plaintext, "hex", "hex") + cipher.final("hex");
  const tag = cipher.getAuthTag().toString("hex");
  return header + answer.nonce + answer.iv + prf(2).toString("hex") + sealed + tag;
}

describe("the ciphertext blob, version 1", () => {
  test.each(vectors)("$id is what a second computation gives", (answer) => {
    expect(blobOf(answer)).toBe(answer.blob);
  });

  test.each(vectors)("$id is made from its nonces", (answer) => {
    const blob = Buffer.alloc(answer.blob.length / 2);
    hex(answer.nonce + answer.iv).copy(blob, 38);
    const context = hex(answer.canonicalEncryptionContext);
    sealBlobInto(blob, keyOf(answer), context, hex(answer.plaintext));
    expect(blob.toString("hex")).toBe(answer.blob);
  });

  test.each(vectors)("$id opens to its plaintext", (answer) => {
    const context = hex(answer.canonicalEncryptionContext);
    const opened = openBlob(keyOf(answer), context, hex(answer.blob));
    expect(opened?.toString("hex")).toBe(answer.plaintext);
  });
});
