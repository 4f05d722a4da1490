/** Secrets that were derived before: bounded, the least recently used go first and are wiped. */
import { BoundedMap } from "../lib/bounded-map.ts";
import type { Eventually } from "../lib/eventually.ts";
import { wipe } from "../lib/wipe.ts";
import type { SecretAccessKeys, SigningKeyRequest } from "./secret-access-keys.ts";
import { SigningKey } from "./signing-key.ts";

/** What was derived, by name. Whoever is given something uses it in that turn of the event loop. */
export class Derived<Held> {
  readonly #byName: BoundedMap<string, Eventually<Held>>;

  /** `wipe` is given what had to make room, once nobody uses it any more. */
  constructor(limit: number, wipeHeld: (held: Held) => void) {
    this.#byName = new BoundedMap(limit, { onDrop: (dropped) => void wipeSoon(dropped, wipeHeld) });
  }

  /**
   * What has this name, derived at most once for all who ask while it is kept. A derivation
   * that fails is not kept: the next who asks tries again.
   */
  find(name: string, derive: () => Promise<Held>): Eventually<Held> {
    return this.#byName.get(name) ?? this.#derive(name, derive);
  }

  async #derive(name: string, derive: () => Promise<Held>): Promise<Held> {
    const derivation = derive();
    this.#byName.set(name, derivation);
    try {
      const held = await derivation;
      if (this.#byName.get(name) === derivation) this.#byName.set(name, held);
      return held;
    } catch (error) {
      if (this.#byName.get(name) === derivation) this.#byName.delete(name);
      throw error;
    }
  }
}

async function wipeSoon<Held>(
  dropped: Eventually<Held>,
  wipeHeld: (held: Held) => void,
): Promise<void> {
  const held = await Promise.resolve(dropped).catch(() => undefined);
  setImmediate(() => {
    if (held !== undefined) wipeHeld(held);
  });
}

/** The signing key of a credential scope, and no other copy of it. Rejects when it cannot be had. */
export async function derivedSigningKey(
  secretAccessKeys: Pick<SecretAccessKeys, "deriveSigningKey">,
  request: SigningKeyRequest,
): Promise<SigningKey> {
  const bytes = await secretAccessKeys.deriveSigningKey(request);
  try {
    return new SigningKey(bytes);
  } finally {
    wipe(bytes);
  }
}
