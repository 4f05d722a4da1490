/** What is known for good about one generation of key material. */
import type { KeyMaterialFacts } from "../vault-protocol/commands.ts";
import { domain, prefixed, u64, u8 } from "./encoding.ts";

const table = "key_materials";
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const multiRegionKeyId = /^mrk-[0-9a-f]{32}$/;

export const symmetricSpec = "SYMMETRIC_DEFAULT";

/**
 * Where key material comes from: made by this vault, or imported. For a key in a custom key
 * store this vault makes the inner of two layers.
 */
export const ownOrigin = "AWS_KMS";
export const externalOrigin = "EXTERNAL";
const keyStoreOrigins: readonly string[] = ["EXTERNAL_KEY_STORE", "AWS_CLOUDHSM"];

const rsa = ["ENCRYPT_DECRYPT", "SIGN_VERIFY"];
const nistCurve = ["SIGN_VERIFY", "KEY_AGREEMENT"];
const signing = ["SIGN_VERIFY"];
const sm2 = ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"];
const mac = ["GENERATE_VERIFY_MAC"];
const encapsulation = ["ENCAPSULATE_DECAPSULATE"];

/** What keys of each spec may be used for. A Map, so that no name stands for anything but its row. */
const usagesOf: ReadonlyMap<string, readonly string[]> = new Map([
  [symmetricSpec, ["ENCRYPT_DECRYPT"]],
  ["RSA_2048", rsa],
  ["RSA_3072", rsa],
  ["RSA_4096", rsa],
  ["ECC_NIST_P256", nistCurve],
  ["ECC_NIST_P384", nistCurve],
  ["ECC_NIST_P521", nistCurve],
  ["ECC_SECG_P256K1", signing],
  ["ECC_NIST_EDWARDS25519", signing],
  ["SM2", sm2],
  ["ML_DSA_44", signing],
  ["ML_DSA_65", signing],
  ["ML_DSA_87", signing],
  ["ML_KEM_512", encapsulation],
  ["ML_KEM_768", encapsulation],
  ["ML_KEM_1024", encapsulation],
  ["HMAC_224", mac],
  ["HMAC_256", mac],
  ["HMAC_384", mac],
  ["HMAC_512", mac],
]);

/** Whether these facts can be true, and are about material of a kind that this vault works with. */
export function areSound(facts: KeyMaterialFacts): boolean {
  return /^[0-9a-f]{64}$/.test(facts.keyMaterialId) && areSoundWithoutId(facts);
}

/** The same of material whose id is yet to be made. */
export function areSoundWithoutId(facts: Omit<KeyMaterialFacts, "keyMaterialId">): boolean {
  return (
    facts.reference.length === 16 &&
    isAccountId(facts.accountId) &&
    (facts.multiRegion ? multiRegionKeyId : uuid).test(facts.keyId) &&
    usagesOf.get(facts.keySpec)?.includes(facts.keyUsage) === true &&
    isOriginOf(facts) &&
    Number.isSafeInteger(facts.createdAtMs) &&
    facts.createdAtMs >= 0
  );
}

/** In a key store there are symmetric single-Region keys only. */
function isOriginOf(facts: Omit<KeyMaterialFacts, "keyMaterialId">): boolean {
  if (facts.origin === ownOrigin || facts.origin === externalOrigin) return true;
  const isInKeyStore = keyStoreOrigins.includes(facts.origin);
  return isInKeyStore && facts.keySpec === symmetricSpec && !facts.multiRegion;
}

export function isAccountId(accountId: string): boolean {
  return /^[0-9]{12}$/.test(accountId);
}

/** Of either kind: whether a key is a multi-Region one is another fact. */
export function isKeyId(keyId: string): boolean {
  return uuid.test(keyId) || multiRegionKeyId.test(keyId);
}

/** The 16 bytes of a sound key id; a multi-Region key id has them behind its prefix. */
export function keyUuid({ keyId }: Pick<KeyMaterialFacts, "keyId">): Buffer {
  return Buffer.from(keyId.replace("mrk-", "").replaceAll("-", ""), "hex");
}

/** All facts as bytes, for a vault instance: no two sets of facts have the same. */
export function encodeFacts(facts: KeyMaterialFacts, instanceId: string): Buffer {
  return Buffer.concat([
    domain("kms.row.v1"),
    prefixed(instanceId),
    prefixed(table),
    prefixed(facts.accountId),
    prefixed(facts.keyId),
    prefixed(facts.reference),
    prefixed(facts.keyMaterialId),
    prefixed(facts.keySpec),
    prefixed(facts.keyUsage),
    prefixed(facts.origin),
    u8(facts.multiRegion ? 1 : 0),
    u64(facts.createdAtMs),
  ]);
}

export function areSame(one: KeyMaterialFacts, other: KeyMaterialFacts): boolean {
  return (
    Buffer.compare(one.reference, other.reference) === 0 &&
    one.accountId === other.accountId &&
    one.keyId === other.keyId &&
    one.keyMaterialId === other.keyMaterialId &&
    one.keySpec === other.keySpec &&
    one.keyUsage === other.keyUsage &&
    one.origin === other.origin &&
    one.multiRegion === other.multiRegion &&
    one.createdAtMs === other.createdAtMs
  );
}
