/** Key material at rest: "KMW" | u8 1 | u32 domain key number | sealed material. */
import { randomFillSync } from "node:crypto";
import type { KeyMaterialFacts, Refusal, WrappedKeyMaterial } from "../vault-protocol/commands.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { type WrapFormat, type Wrapping, unwrap, wrap } from "./domain-wrap.ts";
import { HmacKey } from "./hmac-key.ts";
import { encodeFacts } from "./key-material-facts.ts";
import { Label } from "./kdf.ts";
import { isRefusal, rejected } from "./refusals.ts";
import { newSecret } from "./secret-bytes.ts";

const materialBytes = 32;
const format: WrapFormat = {
  magic: Buffer.from("KMW\x01", "latin1"),
  label: new Label("dk/material-wrap/v1"),
};

/** Makes new symmetric key material and returns it wrapped, bound to these facts. */
export function createWrappedMaterial(
  facts: KeyMaterialFacts,
  instanceId: string,
  wrapping: Wrapping,
): Buffer | Refusal {
  return wrapMaterial(randomFillSync(newSecret(materialBytes)), facts, instanceId, wrapping);
}

/** Wraps key material of any kind, bound to these facts, and wipes it. */
export function wrapMaterial(
  material: Buffer,
  facts: KeyMaterialFacts,
  instanceId: string,
  wrapping: Wrapping,
): Buffer | Refusal {
  try {
    return wrap(format, encodeFacts(facts, instanceId), material, wrapping);
  } finally {
    material.fill(0);
  }
}

/** The bytes of key material of any kind, for the caller to wipe. */
export function unwrapBytes(
  { facts, wrapped }: WrappedKeyMaterial,
  instanceId: string,
  domainKeys: DomainKeys,
): Buffer | Refusal {
  return unwrap(format, encodeFacts(facts, instanceId), wrapped, domainKeys);
}

/** The key material, ready to derive message keys from; the caller wipes it. */
export function unwrapMaterial(
  sent: WrappedKeyMaterial,
  instanceId: string,
  domainKeys: DomainKeys,
): HmacKey | Refusal {
  const material = unwrapBytes(sent, instanceId, domainKeys);
  if (isRefusal(material)) return material;
  try {
    return material.length === materialBytes ? new HmacKey(material) : rejected;
  } finally {
    material.fill(0);
  }
}
