/**
 * Domain keys wrap key material, secret access keys and tokens. At rest they are wrapped
 * by the root key: "KMD" | u8 1 | u32 number | sealed key.
 */
import { randomFillSync } from "node:crypto";
import type { WrappedDomainKey } from "../vault-protocol/commands.ts";
import { limits } from "../vault-protocol/command-codecs.ts";
import { type Binding, open, seal } from "./committing-aead.ts";
import { domain, prefixed, u32 } from "./encoding.ts";
import { HmacKey } from "./hmac-key.ts";
import { Label } from "./kdf.ts";
import type { NoncePool } from "./nonce-pool.ts";
import type { RootKey } from "./root-key.ts";
import { newSecret } from "./secret-bytes.ts";

const keyBytes = 32;
const magic = Buffer.from("KMD\x01", "latin1");
const headerBytes = magic.length + 4;
const wrapLabel = new Label("root/domain-wrap/v1");

/** A domain key, ready for use. */
export interface DomainKey {
  readonly number: number;
  readonly key: HmacKey;
}

export class DomainKeys {
  readonly #root: RootKey;
  readonly #nonces: NoncePool;
  #keys = new Map<number, DomainKey>();
  #active: DomainKey | undefined;

  constructor(root: RootKey, nonces: NoncePool) {
    this.#root = root;
    this.#nonces = nonces;
  }

  /** The one that wraps; nothing while none is open. */
  get active(): DomainKey | undefined {
    return this.#active;
  }

  find(number: number): DomainKey | undefined {
    return this.#keys.get(number);
  }

  /**
   * Makes the next domain key, makes it the active one and returns it wrapped. Nothing
   * when its number is not above all that are open: no number ever has two keys.
   */
  create(number: number): Buffer | undefined {
    const isNext = isNumber(number) && number > (this.#active?.number ?? 0);
    if (!isNext || this.#keys.size >= limits.domainKeys) return undefined;
    const bytes = randomFillSync(newSecret(keyBytes));
    const sealed = seal(this.#binding(number), bytes, this.#nonces);
    this.#active = { number, key: new HmacKey(bytes) };
    this.#keys.set(number, this.#active);
    bytes.fill(0);
    return Buffer.concat([magic, u32(number), sealed]);
  }

  /**
   * Opens these domain keys in place of all that were open, so that a key which was made
   * but never stored is used no longer. False, and nothing changes, when one of them was
   * not wrapped by this root key under its number.
   */
  openAll(wrapped: readonly WrappedDomainKey[]): boolean {
    if (wrapped.length > limits.domainKeys) return false;
    const opened = new Map<number, DomainKey>();
    for (const each of wrapped) {
      const key = this.#open(each);
      if (key === undefined || opened.has(each.number)) {
        wipeAll(opened);
        key?.wipe();
        return false;
      }
      opened.set(each.number, { number: each.number, key });
    }
    this.close();
    this.#keys = opened;
    this.#active = opened.get(Math.max(...opened.keys()));
    return true;
  }

  /** Wipes all of them. */
  close(): void {
    wipeAll(this.#keys);
    this.#keys = new Map();
    this.#active = undefined;
  }

  #open({ number, wrapped }: WrappedDomainKey): HmacKey | undefined {
    if (!isNumber(number)) return undefined;
    const header = Buffer.concat([magic, u32(number)]);
    if (!header.equals(wrapped.subarray(0, headerBytes))) return undefined;
    const bytes = open(this.#binding(number), wrapped.subarray(headerBytes));
    const key = bytes?.length === keyBytes ? new HmacKey(bytes) : undefined;
    bytes?.fill(0);
    return key;
  }

  #binding(number: number): Binding {
    const associatedData = Buffer.concat([
      domain("kms.domain.v1"),
      prefixed(this.#root.instanceId),
      u32(number),
    ]);
    return { key: this.#root.key, label: wrapLabel, associatedData };
  }
}

function isNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 0xffff_ffff;
}

function wipeAll(keys: ReadonlyMap<number, DomainKey>): void {
  for (const { key } of keys.values()) key.wipe();
}
