import type { SentKeyMaterial } from "../vault-protocol/command-codecs.ts";
import type { Refusal, WrappedKeyMaterial } from "../vault-protocol/commands.ts";
import { blobKey } from "./ciphertext-blob.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { areSame, areSound } from "./key-material-facts.ts";
import { unwrapMaterial } from "./key-material-wrap.ts";
import { symmetricSpec } from "./key-material-facts.ts";
import type { LoadedMaterial, MaterialCache } from "./material-cache.ts";
import { isRefusal, malformed, materialRequired, rejected } from "./refusals.ts";

/** Where the key material of a request comes from: it is at hand already, or is unwrapped now. */
export class KeyMaterials {
  readonly #cache: MaterialCache<LoadedMaterial>;
  readonly #instanceId: string;
  readonly #domainKeys: DomainKeys;

  constructor(cache: MaterialCache<LoadedMaterial>, instanceId: string, domainKeys: DomainKeys) {
    this.#cache = cache;
    this.#instanceId = instanceId;
    this.#domainKeys = domainKeys;
  }

  /** Good for the command that asks for it, no longer: it may be wiped by the next. */
  load(sent: SentKeyMaterial): LoadedMaterial | Refusal {
    if (!("facts" in sent)) return this.#cache.find(sent.reference) ?? materialRequired;
    const held = this.#cache.find(sent.facts.reference);
    if (held === undefined) return this.#unwrap(sent);
    return areSame(held.facts, sent.facts) ? held : rejected;
  }

  #unwrap(sent: WrappedKeyMaterial): LoadedMaterial | Refusal {
    if (!areSound(sent.facts) || sent.facts.keySpec !== symmetricSpec) return malformed;
    const key = unwrapMaterial(sent, this.#instanceId, this.#domainKeys);
    if (isRefusal(key)) return key;
    // The request's bytes are not ours to keep.
    const facts = { ...sent.facts, reference: Buffer.from(sent.facts.reference) };
    const loaded = { ...blobKey(key, facts), facts };
    this.#cache.add(loaded);
    return loaded;
  }
}
