/** How a secret is wrapped at rest by a domain key: magic (4) | u32 domain key number | sealed secret. */
import type { Refusal } from "../vault-protocol/commands.ts";
import { open, seal } from "./committing-aead.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { u32 } from "./encoding.ts";
import type { Label } from "./kdf.ts";
import type { NoncePool } from "./nonce-pool.ts";
import { domainKeyMissing, rejected } from "./refusals.ts";

const magicBytes = 4;
const headerBytes = magicBytes + 4;

/** One kind of wrapped secret: its magic with the format's version, and what its keys are derived for. */
export interface WrapFormat {
  readonly magic: Buffer;
  readonly label: Label;
}

/** What wrapping needs of the vault. */
export interface Wrapping {
  readonly domainKeys: DomainKeys;
  readonly nonces: NoncePool;
}

/** Wraps a secret under the active domain key, bound to these facts. */
export function wrap(
  format: WrapFormat,
  facts: Uint8Array,
  secret: Uint8Array,
  { domainKeys, nonces }: Wrapping,
): Buffer | Refusal {
  const domainKey = domainKeys.active;
  if (domainKey === undefined) return domainKeyMissing;
  const number = u32(domainKey.number);
  const associatedData = Buffer.concat([facts, number]);
  const binding = { key: domainKey.key, label: format.label, associatedData };
  return Buffer.concat([format.magic, number, seal(binding, secret, nonces)]);
}

/** The secret, in a buffer for the caller to wipe; "rejected" unless it was wrapped for these facts. */
export function unwrap(
  format: WrapFormat,
  facts: Uint8Array,
  wrapped: Uint8Array,
  domainKeys: DomainKeys,
): Buffer | Refusal {
  if (wrapped.length < headerBytes) return rejected;
  if (!format.magic.equals(wrapped.subarray(0, magicBytes))) return rejected;
  const number = wrapped.subarray(magicBytes, headerBytes);
  const domainKey = domainKeys.find(Buffer.from(number).readUInt32BE());
  if (domainKey === undefined) return domainKeyMissing;
  const associatedData = Buffer.concat([facts, number]);
  const binding = { key: domainKey.key, label: format.label, associatedData };
  return open(binding, wrapped.subarray(headerBytes)) ?? rejected;
}
