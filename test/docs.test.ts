import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { OperationName } from "../src/kms/contract.ts";
import { keySpecsOf } from "../tools/operation-key-specs.ts";
import { operationsPage } from "../tools/operations-page.ts";
import { chinaKinds, keyKinds } from "./contract/key-kinds.ts";

const root = path.resolve(import.meta.dirname, "..");

test("docs/operations.md is what tools/operations-page.ts makes of the operations table", () => {
  const page = readFileSync(path.join(root, "docs/operations.md"), "utf8");
  expect(page).toBe(operationsPage());
});

// test/contract/matrix.test.ts holds the operations themselves to the same table of kinds.
test.each<[OperationName, (kind: (typeof keyKinds)[number]) => boolean]>([
  ["CreateKey", () => true],
  ["Encrypt", ({ KeyUsage }) => KeyUsage === "ENCRYPT_DECRYPT"],
  ["Decrypt", ({ KeyUsage }) => KeyUsage === "ENCRYPT_DECRYPT"],
  ["ReEncrypt", ({ KeyUsage }) => KeyUsage === "ENCRYPT_DECRYPT"],
  ["Sign", ({ KeyUsage }) => KeyUsage === "SIGN_VERIFY"],
  ["Verify", ({ KeyUsage }) => KeyUsage === "SIGN_VERIFY"],
  ["GenerateMac", ({ KeyUsage }) => KeyUsage === "GENERATE_VERIFY_MAC"],
  ["VerifyMac", ({ KeyUsage }) => KeyUsage === "GENERATE_VERIFY_MAC"],
  ["DeriveSharedSecret", ({ KeyUsage }) => KeyUsage === "KEY_AGREEMENT"],
  ["Encapsulate", ({ KeyUsage }) => KeyUsage === "ENCAPSULATE_DECAPSULATE"],
  ["Decapsulate", ({ KeyUsage }) => KeyUsage === "ENCAPSULATE_DECAPSULATE"],
  ["GenerateDataKey", ({ KeySpec }) => KeySpec === "SYMMETRIC_DEFAULT"],
  ["GenerateDataKeyPair", ({ KeySpec }) => KeySpec === "SYMMETRIC_DEFAULT"],
  ["RotateKeyOnDemand", ({ KeySpec }) => KeySpec === "SYMMETRIC_DEFAULT"],
  ["GetPublicKey", ({ KeySpec }) => !/^(?:SYMMETRIC|HMAC)_/.test(KeySpec)],
])("docs/operations.md names the key specs that %s works with", (name, worksWith) => {
  const kinds = [...keyKinds, ...chinaKinds];
  const expected = new Set(kinds.filter(worksWith).map(({ KeySpec }) => KeySpec));
  expect(new Set(keySpecsOf(name))).toEqual(expected);
});

test("every dependency has its line in docs/dependencies.md", () => {
  const page = readFileSync(path.join(root, "docs/dependencies.md"), "utf8");
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<
    string,
    Record<string, string> | undefined
  >;
  const kinds = ["dependencies", "devDependencies", "optionalDependencies"];
  const names = kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}));
  const missing = names.filter((name) => !page.includes(`\`${name}\``));
  expect(names.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
