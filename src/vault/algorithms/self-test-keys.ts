/** Published keys, and answers made with the one of RSA, for the self-tests: of no use to anyone else. */
import type { KeyObject } from "node:crypto";
import { publicHalfOf, readKey } from "./key-specs.ts";

const p256Head = "3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420";
const sm2Head = "3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420";
const ed25519Head = "302e020100300506032b657004220420";
const spkiHeadBytes = 22;

/** The private key of a scalar on P-256, in hexadecimal. */
export function p256Key(scalar: string): KeyObject {
  return readKey("ECC_NIST_P256", Buffer.from(p256Head + scalar, "hex"));
}

/** The key of RFC 6979, A.2.5. */
export function rfc6979Key(): KeyObject {
  return p256Key("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
}

/** The key of the examples in GB/T 32918.5. */
export function sm2Key(): KeyObject {
  const scalar = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
  return readKey("SM2", Buffer.from(sm2Head + scalar, "hex"));
}

/** The private key of an Ed25519 seed, in hexadecimal. */
export function ed25519Key(seed: string): KeyObject {
  return readKey("ECC_NIST_EDWARDS25519", Buffer.from(ed25519Head + seed, "hex"));
}

/** The public half of an ML-DSA or ML-KEM key, as FIPS 203 and 204 spell it. */
export function rawPublicKey(key: KeyObject): Buffer {
  return publicHalfOf(key).subarray(spkiHeadBytes);
}

/** PKCS#8 in base64: the key of group SHA-256 in Wycheproof's rsa_pkcs1_2048_sig_gen. */
export const rsaKey =
  "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCitFGgfQql+W5FVnFRNVBRSopbRi6+9xcJ" +
  "T6H+6CIk5jf5dG0/fK/TGHjYAyW271oXAPZZA7RpQp6J1urIhFCXtas5MYnbklEu2KdxGhJT+s0g95wV6CR/" +
  "PT5C5G5IyY4lSi/pdlMToD7/jxfhoCk5eh+iao3OJvSQ7YEplhXZgUwi2mEEKOCcfZZYWUJm9cAh0PzsoI2U" +
  "WhK+gt5NHs5rTAMUW100ldTtVBHrh42vBf16/D4JraDxEmQi9ZCXWhlpgW9IaYvLuhtNnK551GDY+fheeXUA" +
  "XZvCLE5awPfBpF0SVppigH07mgLlpTDncwZvRT0fW0wunPeCAoP3QrnVAgMBAAECggEAdifu81Z7KicmjlIF" +
  "Ps0xw6cXLMud3O6BmzBqWzxmt1c8pPqI78bzxKAL+grnE59kVDpNrD0Fgj9v9HfPzshP4qx6aLFyBLOQIy4R" +
  "AxDE6JnE58EJZ9tKzeBC278Z2+ALS0dB3hAgqqr/tQVMeXyfE299k6w/yMr/ZlQkLXgh6+5Re/U39ENmoP3U" +
  "WuBbmQnC5swe2Sge/0OZ92yWuWIz7CmuC78NdSsjT8GXOJ9RBQqhrNAcB0w6yPvbnqi2UalZlejbStXEO2yG" +
  "c+WhJufulLjf9MWvwBJZvI2naVC65vi65xX1CYWw1vZtBMb+87cAcg7s3N8XG7ex7L5yicRnwQKBgQDcQxBQ" +
  "94LolPtSSCR9mMt9WLjR4k87VdBBxW5N4Iaw1bsCi9pC7rXSNNVoHlgJ1BXmoomtTPv3j5ePbDWBT1Duv/HF" +
  "uApp94joHmurXdqng2nWWdFD7G8X55gTpXXPrZxWkVa5ARPi6REK2ee0ihyTSKbmUzIRkSkOo2z7OlsY8QKB" +
  "gQC9GoHnl3+YmBIic64yIrWY6l+xnrTqvDgwil4yGWYDsuUA/7efW4hoFmEd68Ry+sRVRAcL6wV8lBN4poaK" +
  "87egPT+YgOxH1eCJuU+95UKrqa6NcsVwiNer9bEx85CY97wWD5BTaryUkv1OBvPtcpnUuXuwNncgfZVmnxQM" +
  "+8IPJQKBgQCpS1KLKPKRWZEh2RlS/9HH8h18FHnZnUeIhfsWGHDuEhi/CEcmEtvlSX6NnGUGiOCceGlhrj4s" +
  "NU3EiuNFFHWcTCPEWISIlh3Aa0FOYcDh5/u9KSPTFTL+KJ+W2iIHEeWMFAGYCOAEFCdpM7sH5O+5tKmzdlaR" +
  "cgUgnzPwlRXXwQKBgDrw5yqTOu8J/yUD33i6/tUxwC/xorxDfFQM3L1K01Q1z1EXY1llQ0gGKbEUyn94D/fv" +
  "oy6gy24ADW2eofLvcf2c+ZSEIqFlVX4351Xt/nDZC5IFAutHi8mKY/eIzjoPhW1u3nJRo4O/qPpICoGpJa97" +
  "PMU4xLq4yfdZf/toAR2NAoGAJkD7+8/vsWPueoe2SDpm7kH5VtkPqKeTm/wELuCSSxt5k9BEX3WNUZM+hRec" +
  "AyCwyWi0ipHDi1vpI+EJfAxWL4jUIpS2onWbr6VCinTxJwh05F9vzGDyFgLeXszRQ88xJB9ZIbWtOYP7VO8X" +
  "vjsoU2flDJmcZyR7VS/kv86UX3s=";

/** Its PKCS #1 v1.5 signature of "Test" with SHA-256 (tcId 83), in base64. */
export const rsaSignature =
  "JkSR6ETBGfFOQlwDKCE5pVjc2uuCpGKBc81Af9MZ+QdurrwN2HocIuTReDkJaIbVip1bf3rrY+/sVsRax76t" +
  "QgO2iG4fqpDgKOwK4JTUa/P5fv3RkEXPvCWhq9okMmOfmHZAXA1o+O2/BHwSpFT3aB1dWitUvTcj0ZPbrUM4" +
  "uq11MmQAbi0IkxxLi7eaocnK0Q62YF+HxYMfbisI4AL5xvIRQfWEHZJyfdPh2Zw2vFYNo8kGffmfyvgYlB9y" +
  "WIvjMDK60iyvZwQiO7EU1XW20C2dIitYAAXZMOj0DM6fZy7rtjSiAXfYQ1FieWS4PyBT1zaoSrGgBfY71bqU" +
  "PeYgXA==";

/** "Test", encrypted to it by the openssl command line with OAEP and SHA-256, in base64. */
export const rsaCiphertext =
  "Nb3G9IvxHyoDf/esoSCrLZMfRzZaIPWfzYlVN471ICNCqLJOY4ORKc4fnH3c1/UiJM1a7CowkzDQ0yqndXtq" +
  "uZXNLMTkQ5OhSr2HND141ChU9dEsvdc/3yHAeO45sWuDNmcY8+BS9eyIg8gVtWEZmCtB7YEuIdYzCYCTCXmG" +
  "q8p3GzNi6D9zbcvvzLj2fVaA3fZ4+TOtnpsHLa33eQ+vB13Np+ePpKysGeYPbxhR2ebUCD97d4pFBaYIwqnr" +
  "KZXPNRHMt/7y/u2na7aaHOiwU+RmfbxN3NExoOOwA4i+eEps6NWi2iE17NRbGomZFwEfWJ2v41bqDCeodtpI" +
  "yoWG1Q==";
