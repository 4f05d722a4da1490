/** What is known for good about one generation of key material. */
import type { KeyMaterialFacts } from "../vault-protocol/commands.ts";
import { domain, prefixed, u64, u8 } from "./encoding.ts";

const table = "key_materials";
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const multiRegionKeyId = /^mrk-[0-9a-f]{32}$/;

/** Whether these facts can be true, and are about material of a kind that this vault works with. */
export function areSound(facts: KeyMaterialFacts): boolean {
  return (
    facts.reference.length === 16 &&
    /^[0-9]{12}$/.test(facts.accountId) &&
    (facts.multiRegion ? multiRegionKeyId : uuid).test(facts.keyId) &&
    /^[0-9a-f]{64}$/.test(facts.keyMaterialId) &&
    facts.keySpec === "SYMMETRIC_DEFAULT" &&
    facts.keyUsage === "ENCRYPT_DECRYPT" &&
    facts.origin === "AWS_KMS" &&
    Number.isSafeInteger(facts.createdAtMs) &&
    facts.createdAtMs >= 0
  );
}

/** The 16 bytes of a sound key id; a multi-Region key id has them behind its prefix. */
export function keyUuid({ keyId }: KeyMaterialFacts): Buffer {
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
