/** What a customer does who brings key material of their own: make it, wrap it, send it. */
import {
  constants,
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  KeyObject,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import type { AlgorithmSpec, ImportKeyMaterialRequest, WrappingKeySpec } from "@aws-sdk/client-kms";
import type { Output } from "../src/kms/contract.ts";
import type { KmsBench } from "./kms-bench.ts";

/**
 * Wraps for a public key, or for the SubjectPublicKeyInfo that GetParametersForImport gave:
 * the material itself, or an AES key and the material under it.
 */
export function wrapFor(
  wrappingKey: KeyObject | Uint8Array,
  algorithm: string,
  material: Uint8Array,
): Buffer<ArrayBuffer> {
  const publicKey = wrappingKey instanceof KeyObject ? wrappingKey : publicKeyIn(wrappingKey);
  const hash = algorithm.endsWith("SHA_1") ? "sha1" : "sha256";
  if (algorithm.startsWith("RSAES")) return oaep(publicKey, hash, material);
  const aesKey = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aesKey, Buffer.from("a65959a6", "hex"));
  return Buffer.concat([oaep(publicKey, hash, aesKey), cipher.update(material), cipher.final()]);
}

/** Wraps as RSAES-OAEP does, with the name that Node has for the hash. */
export function oaep(key: KeyObject, oaepHash: string, secret: Uint8Array): Buffer<ArrayBuffer> {
  return Buffer.from(
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, secret),
  );
}

/** The public key in a SubjectPublicKeyInfo. */
export function publicKeyIn(spki: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(spki), type: "spki", format: "der" });
}

export interface Wrapped {
  readonly ImportToken: Uint8Array<ArrayBuffer>;
  readonly EncryptedKeyMaterial: Uint8Array<ArrayBuffer>;
}

interface Ways {
  readonly WrappingAlgorithm?: AlgorithmSpec;
  readonly WrappingKeySpec?: WrappingKeySpec;
}

/** Asks for parameters and wraps: what ImportKeyMaterial wants to have. */
export async function wrapped(
  kms: Pick<KmsBench, "call">,
  KeyId: string,
  material: Uint8Array,
  { WrappingAlgorithm = "RSAES_OAEP_SHA_256", WrappingKeySpec = "RSA_2048" }: Ways = {},
): Promise<Wrapped> {
  const { PublicKey, ImportToken } = await kms.call("GetParametersForImport", {
    KeyId,
    WrappingAlgorithm,
    WrappingKeySpec,
  });
  return {
    ImportToken: Buffer.from(ImportToken ?? []),
    EncryptedKeyMaterial: wrapFor(PublicKey ?? new Uint8Array(), WrappingAlgorithm, material),
  };
}

type Said = Partial<ImportKeyMaterialRequest> & Ways;

/** Imports; the material does not expire unless that is asked for. */
export async function importInto(
  kms: Pick<KmsBench, "call">,
  KeyId: string,
  material: Uint8Array,
  { WrappingAlgorithm, WrappingKeySpec, ...said }: Said = {},
): Promise<Output<"ImportKeyMaterial">> {
  const ways = {
    ...(WrappingAlgorithm === undefined ? {} : { WrappingAlgorithm }),
    ...(WrappingKeySpec === undefined ? {} : { WrappingKeySpec }),
  };
  const model = said.ValidTo === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : undefined;
  return await kms.call("ImportKeyMaterial", {
    KeyId,
    ...(await wrapped(kms, KeyId, material, ways)),
    ExpirationModel: model,
    ...said,
  });
}

/** A new private key of a key spec. */
export function newPrivateKey(keySpec: string): KeyObject {
  if (keySpec.startsWith("RSA_")) {
    const modulusLength = Number(keySpec.slice("RSA_".length));
    return generateKeyPairSync("rsa", { modulusLength }).privateKey;
  }
  if (keySpec === "ECC_NIST_EDWARDS25519") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("ec", { namedCurve: curves[keySpec] ?? keySpec }).privateKey;
}

const curves: Readonly<Record<string, string>> = {
  ECC_NIST_P256: "prime256v1",
  ECC_NIST_P384: "secp384r1",
  ECC_NIST_P521: "secp521r1",
  ECC_SECG_P256K1: "secp256k1",
};

/** As a customer wraps it: PKCS#8, DER. */
export function pkcs8(key: KeyObject): Buffer {
  return key.export({ type: "pkcs8", format: "der" });
}
