/** What the cryptographic operations on symmetric keys have in common. */
import type { EncryptionAlgorithmSpec } from "@aws-sdk/client-kms";
import type { Key } from "./key.ts";
import { invalid, type KmsError } from "./errors.ts";
import type { ConditionFacts, KeyInUse } from "./operation.ts";
import { symmetricDefault } from "./key-algorithms.ts";
import type { EncryptionContext } from "./encryption-context.ts";
import type { KeyMaterialRecord } from "../store/records.ts";

export const symmetricUse = {
  acceptsAlias: true,
  state: "enabled",
  usage: "ENCRYPT_DECRYPT",
} as const;

/** The condition keys of an operation that takes an encryption context. */
export function contextConditions(
  algorithm: string | undefined,
  context: EncryptionContext | undefined,
): ConditionFacts {
  const facts: Record<string, string | readonly string[]> = {
    "kms:EncryptionAlgorithm": algorithm ?? symmetricDefault,
  };
  if (context === undefined) return facts;
  const names = Object.keys(context);
  for (const name of names) facts[`kms:EncryptionContext:${name}`] = context[name] ?? "";
  facts["kms:EncryptionContextKeys"] = names;
  return facts;
}

/** What a call encrypts or decrypts with when it names no algorithm. */
export function algorithmOf({
  EncryptionAlgorithm: named,
}: {
  readonly EncryptionAlgorithm?: EncryptionAlgorithmSpec | undefined;
}): EncryptionAlgorithmSpec {
  return named ?? symmetricDefault;
}

export function isSymmetric(key: Key): boolean {
  return key.keySpec === symmetricDefault;
}

/** The bytes that OAEP padding takes of an RSA block, by algorithm (RFC 8017, 7.1.1). */
const oaepOverhead: Readonly<Record<string, number>> = {
  RSAES_OAEP_SHA_1: 42,
  RSAES_OAEP_SHA_256: 66,
};

/** The longest plaintext of an SM2 key, in bytes ("Encrypt", AWS KMS API Reference). */
const longestSm2Plaintext = 1_024;

/** Refuses a plaintext that is longer than an asymmetric key can encrypt. Others take all that the shape allows. */
export function requireFittingPlaintext(plaintext: Uint8Array, algorithm: string, key: Key): void {
  if (plaintext.length > longestPlaintext(algorithm, key)) throw plaintextTooLong(algorithm, key);
}

export function plaintextTooLong(algorithm: string, key: Key): KmsError {
  const longest = longestPlaintext(algorithm, key);
  return invalid(
    `Algorithm ${algorithm} and key spec ${key.keySpec} cannot encrypt data larger than ${longest} bytes.`,
  );
}

function longestPlaintext(algorithm: string, key: Key): number {
  if (algorithm === "SM2PKE") return longestSm2Plaintext;
  const overhead = oaepOverhead[algorithm];
  return overhead === undefined ? 4096 : Number(key.keySpec.slice("RSA_".length)) / 8 - overhead;
}

/** An asymmetric ciphertext has no place for an encryption context. An empty one is as good as none. */
export function refuseContext(context: EncryptionContext | undefined, key: Key): void {
  if (isSymmetric(key) || context === undefined || Object.keys(context).length === 0) return;
  throw invalid("EncryptionContext is not supported for asymmetric keys.");
}

/** A ciphertext blob is needed, unless a dry run is told to do without: then a key has to be named. */
export function requireCiphertext(
  input: {
    readonly CiphertextBlob?: Uint8Array | undefined;
    readonly DryRun?: boolean | undefined;
    readonly DryRunModifiers?: readonly string[] | undefined;
  },
  key: { readonly member: string; readonly reference: string | undefined },
): void {
  const ignored = ignoresCiphertext(input);
  if (ignored && input.DryRun !== true) {
    throw invalid("DryRunModifiers can only be specified when DryRun is true.");
  }
  if (ignored && key.reference === undefined) {
    throw invalid(`${key.member} is required when the ciphertext is ignored.`);
  }
  if (!ignored && input.CiphertextBlob === undefined) {
    throw invalid(
      "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: " +
        "Member must not be null",
    );
  }
}

export function ignoresCiphertext(input: {
  readonly DryRunModifiers?: readonly string[] | undefined;
}): boolean {
  return input.DryRunModifiers?.includes("IGNORE_CIPHERTEXT") === true;
}

/** Only a symmetric ciphertext says which key it was made with. */
export function requireNamedKey(
  algorithm: string,
  key: { readonly member: string; readonly reference: string | undefined },
): void {
  if (algorithm === symmetricDefault || key.reference !== undefined) return;
  throw invalid(`${key.member} is required for asymmetric keys.`);
}

/** The key and the material that a ciphertext blob was made with: the corridor has found both. */
export function openedBy({ key, blobMaterial }: KeyInUse): {
  key: Key;
  material: KeyMaterialRecord;
} {
  if (blobMaterial === undefined) throw new Error("the corridor found no material for the blob");
  return { key, material: blobMaterial };
}
