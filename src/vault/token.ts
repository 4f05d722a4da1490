/**
 * Tokens: opaque to whoever holds them, and good for one purpose and one set of facts.
 * u8 1 | u32 domain key number | sealed body.
 */
import type { Refusal } from "../vault-protocol/commands.ts";
import { type Binding, open, seal } from "./committing-aead.ts";
import type { DomainKey, DomainKeys } from "./domain-keys.ts";
import type { Wrapping } from "./domain-wrap.ts";
import { domain, prefixed, u32, u8 } from "./encoding.ts";
import { Label } from "./kdf.ts";
import { domainKeyMissing, rejected } from "./refusals.ts";

const version = u8(1);
const headerBytes = 5;

/** What a token is for, and what it is bound to. */
export interface TokenFacts {
  /** Lower-case words with hyphens between them. */
  readonly purpose: string;
  readonly associatedData: Uint8Array;
  readonly instanceId: string;
}

export function isPurpose(purpose: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(purpose) && purpose.length <= 64;
}

/** The purpose must be one. */
export function sealToken(
  facts: TokenFacts,
  body: Uint8Array,
  { domainKeys, nonces }: Wrapping,
): Buffer | Refusal {
  const domainKey = domainKeys.active;
  if (domainKey === undefined) return domainKeyMissing;
  const sealed = seal(bindingOf(facts, domainKey), body, nonces);
  return Buffer.concat([version, u32(domainKey.number), sealed]);
}

/** The body; "rejected" for everything that is not a token for these facts. */
export function openToken(
  facts: TokenFacts,
  token: Uint8Array,
  domainKeys: DomainKeys,
): Buffer | Refusal {
  if (token.length < headerBytes || token[0] !== version[0]) return rejected;
  const number = Buffer.from(token.subarray(1, headerBytes)).readUInt32BE();
  // The number is the holder's word: one that is unknown is a bad token, nothing more.
  const domainKey = domainKeys.find(number);
  if (domainKey === undefined) return domainKeys.active === undefined ? domainKeyMissing : rejected;
  return open(bindingOf(facts, domainKey), token.subarray(headerBytes)) ?? rejected;
}

function bindingOf(facts: TokenFacts, { number, key }: DomainKey): Binding {
  const associatedData = Buffer.concat([
    domain("kms.token.v1"),
    version,
    prefixed(facts.instanceId),
    u32(number),
    prefixed(facts.associatedData),
  ]);
  return { key, label: new Label(`token/${facts.purpose}/v1`), associatedData };
}
