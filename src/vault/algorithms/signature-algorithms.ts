/** Which signature algorithms there are, one row for each: for which keys, over what. */
import { rsaSpecs } from "./key-specs.ts";

export interface SignatureAlgorithm {
  readonly keySpecs: readonly string[];
  /** What OpenSSL calls the hash; nothing for algorithms that hash in their own way. */
  readonly hash: "sha256" | "sha384" | "sha512" | "sm3" | undefined;
  readonly padding?: "pkcs1" | "pss";
  /** Whether it signs messages of any length. */
  readonly takesMessages: boolean;
  /** What else it signs: bytes that the caller has prepared. */
  readonly prepared?: { readonly messageType: string; readonly lengthBytes: number };
}

const mlDsa = ["ML_DSA_44", "ML_DSA_65", "ML_DSA_87"];
const edwards = ["ECC_NIST_EDWARDS25519"];

const digestBytes = { sha256: 32, sha384: 48, sha512: 64, sm3: 32 } as const;

function overDigest(
  keySpecs: readonly string[],
  hash: keyof typeof digestBytes,
  padding?: "pkcs1" | "pss",
): SignatureAlgorithm {
  const prepared = { messageType: "DIGEST", lengthBytes: digestBytes[hash] };
  const row = { keySpecs, hash, takesMessages: true, prepared };
  return padding === undefined ? row : { ...row, padding };
}

/** A Map, so that no name stands for anything but its row. */
export const signatureAlgorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ["RSASSA_PKCS1_V1_5_SHA_256", overDigest(rsaSpecs, "sha256", "pkcs1")],
  ["RSASSA_PKCS1_V1_5_SHA_384", overDigest(rsaSpecs, "sha384", "pkcs1")],
  ["RSASSA_PKCS1_V1_5_SHA_512", overDigest(rsaSpecs, "sha512", "pkcs1")],
  ["RSASSA_PSS_SHA_256", overDigest(rsaSpecs, "sha256", "pss")],
  ["RSASSA_PSS_SHA_384", overDigest(rsaSpecs, "sha384", "pss")],
  ["RSASSA_PSS_SHA_512", overDigest(rsaSpecs, "sha512", "pss")],
  ["ECDSA_SHA_256", overDigest(["ECC_NIST_P256", "ECC_SECG_P256K1"], "sha256")],
  ["ECDSA_SHA_384", overDigest(["ECC_NIST_P384"], "sha384")],
  ["ECDSA_SHA_512", overDigest(["ECC_NIST_P521"], "sha512")],
  ["SM2DSA", overDigest(["SM2"], "sm3")],
  ["ED25519_SHA_512", { keySpecs: edwards, hash: undefined, takesMessages: true }],
  [
    "ED25519_PH_SHA_512",
    {
      keySpecs: edwards,
      hash: undefined,
      takesMessages: false,
      prepared: { messageType: "DIGEST", lengthBytes: 64 },
    },
  ],
  [
    "ML_DSA_SHAKE_256",
    {
      keySpecs: mlDsa,
      hash: undefined,
      takesMessages: true,
      prepared: { messageType: "EXTERNAL_MU", lengthBytes: 64 },
    },
  ],
]);

/** The row of an algorithm that there is. Throws for any other name. */
export function signatureAlgorithm(name: string): SignatureAlgorithm {
  const row = signatureAlgorithms.get(name);
  if (row === undefined) throw new Error(`there is no ${name}`);
  return row;
}

/** How a message is to be signed: whole, or as prepared bytes. Nothing when it is not to be. */
export function formOf(
  { takesMessages, prepared }: SignatureAlgorithm,
  messageType: string,
  message: Uint8Array,
): "message" | "prepared" | undefined {
  if (messageType === "RAW") return takesMessages ? "message" : undefined;
  if (messageType !== prepared?.messageType) return undefined;
  return message.length === prepared.lengthBytes ? "prepared" : undefined;
}
