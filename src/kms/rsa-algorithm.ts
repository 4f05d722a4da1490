/** An algorithm that a key of an RSA spec encrypts with: by now it has been checked to be one. */
export function rsaAlgorithm(algorithm: string): "RSAES_OAEP_SHA_1" | "RSAES_OAEP_SHA_256" {
  if (algorithm === "RSAES_OAEP_SHA_1" || algorithm === "RSAES_OAEP_SHA_256") return algorithm;
  throw new Error(`${algorithm} is not an RSA encryption algorithm`);
}
