/** Private and HMAC keys, read for use: reading one costs as much as many a signature. */
import type { KeyObject } from "node:crypto";
import type { SentKeyMaterial } from "../vault-protocol/command-codecs.ts";
import type { KeyMaterialFacts, Refusal, WrappedKeyMaterial } from "../vault-protocol/commands.ts";
import { readKey } from "./algorithms/key-specs.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { noteDroppedKey } from "./dropped-keys.ts";
import { areSound, symmetricSpec } from "./key-material-facts.ts";
import { unwrapBytes } from "./key-material-wrap.ts";
import { MaterialCache } from "./material-cache.ts";
import { isRefusal, malformed } from "./refusals.ts";

/** A key that is not for symmetric encryption, and what unwrapping it has proved. */
export interface LoadedKey {
  readonly facts: KeyMaterialFacts;
  readonly object: KeyObject;
  readonly key: { wipe(): void };
}

/** OpenSSL keeps these keys, and cleanses its memory when they are collected. */
const letGo = { wipe: noteDroppedKey };

export class PrivateKeys {
  readonly #cache: MaterialCache<LoadedKey>;
  readonly #instanceId: string;
  readonly #domainKeys: DomainKeys;

  constructor(parts: { nowMs: () => number; instanceId: string; domainKeys: DomainKeys }) {
    this.#cache = new MaterialCache(parts.nowMs);
    this.#instanceId = parts.instanceId;
    this.#domainKeys = parts.domainKeys;
  }

  /** The key of a request, if it may be used in this way. */
  load(sent: SentKeyMaterial, keyUsage: string): LoadedKey | Refusal {
    const loaded = this.loadForAnyUse(sent);
    if (isRefusal(loaded)) return loaded;
    return loaded.facts.keyUsage === keyUsage ? loaded : malformed;
  }

  /** The key of a request, for what is no use of its secret. */
  loadForAnyUse(sent: SentKeyMaterial): LoadedKey | Refusal {
    return this.#cache.load(sent, (whole) => this.#unwrap(whole));
  }

  forget(reference: Uint8Array): void {
    this.#cache.forget(reference);
  }

  forgetIdle(): void {
    this.#cache.forgetIdle();
  }

  forgetAll(): void {
    this.#cache.forgetAll();
  }

  #unwrap(sent: WrappedKeyMaterial): LoadedKey | Refusal {
    const isOther = areSound(sent.facts) && sent.facts.keySpec !== symmetricSpec;
    if (!isOther) return malformed;
    const bytes = unwrapBytes(sent, this.#instanceId, this.#domainKeys);
    if (isRefusal(bytes)) return bytes;
    try {
      const object = readKey(sent.facts.keySpec, bytes);
      const facts = { ...sent.facts, reference: Buffer.from(sent.facts.reference) };
      return { facts, object, key: letGo };
    } finally {
      bytes.fill(0);
    }
  }
}
