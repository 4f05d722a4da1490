import { describe, expect, test } from "vitest";
import { KmsError } from "./errors.ts";
import {
  requireFittingLength,
  requireWrapping,
  wrappingAlgorithms,
  wrappingKeySpecs,
} from "./import-wrapping.ts";

const oaep = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const keyWrap = ["RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
const all = ["RSA_2048", "RSA_3072", "RSA_4096"];

/** The developer guide's table: by key spec, the algorithms, and the wrapping keys for each kind. */
const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["SYMMETRIC_DEFAULT", oaep, all],
  ["HMAC_224", oaep, all],
  ["HMAC_256", oaep, all],
  ["HMAC_384", oaep, all],
  ["HMAC_512", oaep, all],
  ["RSA_2048", keyWrap, all],
  ["RSA_3072", keyWrap, all],
  ["RSA_4096", keyWrap, all],
  ["ECC_NIST_P256", [...oaep, ...keyWrap], all],
  ["ECC_NIST_P384", [...oaep, ...keyWrap], all],
  ["ECC_SECG_P256K1", [...oaep, ...keyWrap], all],
  ["ECC_NIST_EDWARDS25519", [...oaep, ...keyWrap], all],
  ["ECC_NIST_P521", keyWrap, all],
  ["ECC_NIST_P521", oaep, ["RSA_3072", "RSA_4096"]],
];

/** Nothing, or the code it is refused with. */
function refusalOf(keySpec: string, wrappingAlgorithm: string, wrappingKeySpec: string) {
  try {
    requireWrapping({ keySpec }, { wrappingAlgorithm, wrappingKeySpec });
    return undefined;
  } catch (error) {
    return error instanceof KmsError ? error.code : error;
  }
}

describe("wrapping", () => {
  const specs = [...new Set(table.map(([keySpec]) => keySpec))];
  test.each(specs)("%s takes what the developer guide lists, and nothing else", (keySpec) => {
    for (const algorithm of wrappingAlgorithms) {
      for (const wrappingKeySpec of wrappingKeySpecs) {
        const listed = table.some(
          ([spec, algorithms, keys]) =>
            spec === keySpec && algorithms.includes(algorithm) && keys.includes(wrappingKeySpec),
        );
        const way = `${algorithm} ${wrappingKeySpec}`;
        const expected = listed ? undefined : "UnsupportedOperationException";
        expect([way, refusalOf(keySpec, algorithm, wrappingKeySpec)]).toEqual([way, expected]);
      }
    }
  });

  test.each([
    ["RSAES_OAEP_SHA_256", "RSA_2048", 256],
    ["RSAES_OAEP_SHA_1", "RSA_4096", 512],
    ["RSA_AES_KEY_WRAP_SHA_256", "RSA_2048", 256 + 16],
    ["RSA_AES_KEY_WRAP_SHA_1", "RSA_3072", 384 + 24],
  ])("%s with %s makes %i bytes", (wrappingAlgorithm, wrappingKeySpec, length) => {
    const fits = (lengthBytes: number) => () =>
      requireFittingLength(new Uint8Array(lengthBytes), { wrappingAlgorithm, wrappingKeySpec });
    expect(fits(length)).not.toThrow();
    for (const other of [1, length - 128, length - 1, length + 1]) {
      expect(fits(other)).toThrow("Invalid encrypted key size.");
    }
  });
});
