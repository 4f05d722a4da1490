import type { SentKeyMaterial } from "../vault-protocol/command-codecs.ts";
import type { Refusal, WrappedKeyMaterial } from "../vault-protocol/commands.ts";
import { blobKey } from "./ciphertext-blob.ts";
import type { DomainKeys } from "./domain-keys.ts";
import { areSound, symmetricSpec } from "./key-material-facts.ts";
import { unwrapMaterial } from "./key-material-wrap.ts";
import type { LoadedMaterial, MaterialCache } from "./material-cache.ts";
import { isRefusal, malformed } from "./refusals.ts";

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
    return this.#cache.load(sent, (whole) => this.#unwrap(whole));
  }

  #unwrap(sent: WrappedKeyMaterial): LoadedMaterial | Refusal {
    if (!areSound(sent.facts) || sent.facts.keySpec !== symmetricSpec) return malformed;
    const key = unwrapMaterial(sent, this.#instanceId, this.#domainKeys);
    if (isRefusal(key)) return key;
    // The request's bytes are not ours to keep.
    const facts = { ...sent.facts, reference: Buffer.from(sent.facts.reference) };
    return { ...blobKey(key, facts), facts };
  }
}
