/** The key material that is unwrapped at this moment: few, not for long, and wiped when let go. */
import type { SentKeyMaterial } from "../vault-protocol/command-codecs.ts";
import type { KeyMaterialFacts, Refusal, WrappedKeyMaterial } from "../vault-protocol/commands.ts";
import type { BlobKey } from "./ciphertext-blob.ts";
import { areSame } from "./key-material-facts.ts";
import { isRefusal, materialRequired, rejected } from "./refusals.ts";

const maximumEntries = 1_000;
const maximumIdleMs = 60_000;

/** Unwrapped key material and the facts that unwrapping it has proved. */
export interface LoadedMaterial extends BlobKey {
  readonly facts: KeyMaterialFacts;
}

/** Whatever is held of unwrapped key material. */
interface Held {
  readonly facts: KeyMaterialFacts;
  readonly key: { wipe(): void };
}

interface Entry<Loaded> {
  readonly material: Loaded;
  usedAtMs: number;
}

export class MaterialCache<Loaded extends Held> {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry<Loaded>>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(reference: Uint8Array): Loaded | undefined {
    const name = nameOf(reference);
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const nowMs = this.#nowMs();
    if (nowMs - entry.usedAtMs > maximumIdleMs) {
      this.#drop(name, entry);
      return undefined;
    }
    entry.usedAtMs = nowMs;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return entry.material;
  }

  /** What a request sent or named, as it is held, or unwrapped now; refused when its facts are others. */
  load(
    sent: SentKeyMaterial,
    unwrap: (sent: WrappedKeyMaterial) => Loaded | Refusal,
  ): Loaded | Refusal {
    if (!("facts" in sent)) return this.find(sent.reference) ?? materialRequired;
    const held = this.find(sent.facts.reference);
    if (held !== undefined) return areSame(held.facts, sent.facts) ? held : rejected;
    const loaded = unwrap(sent);
    if (!isRefusal(loaded)) this.add(loaded);
    return loaded;
  }

  /** Takes over the material: it is wiped here. */
  add(material: Loaded): void {
    this.forget(material.facts.reference);
    const [oldest] = this.#entries;
    if (oldest !== undefined && this.#entries.size >= maximumEntries) this.#drop(...oldest);
    this.#entries.set(nameOf(material.facts.reference), { material, usedAtMs: this.#nowMs() });
  }

  forget(reference: Uint8Array): void {
    const name = nameOf(reference);
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#drop(name, entry);
  }

  /** Wipes what has not been used for a minute. */
  forgetIdle(): void {
    const idleSinceMs = this.#nowMs() - maximumIdleMs;
    for (const [name, entry] of this.#entries) {
      if (entry.usedAtMs >= idleSinceMs) return;
      this.#drop(name, entry);
    }
  }

  forgetAll(): void {
    for (const [name, entry] of this.#entries) this.#drop(name, entry);
  }

  #drop(name: string, { material }: Entry<Loaded>): void {
    material.key.wipe();
    this.#entries.delete(name);
  }
}

function nameOf(reference: Uint8Array): string {
  return Buffer.from(reference.buffer, reference.byteOffset, reference.length).toString("latin1");
}
