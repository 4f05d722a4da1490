/** Signing credentials that were derived before: bounded, the least recently used go first. */
import { BoundedMap } from "../lib/bounded-map.ts";
import type { Eventually } from "../lib/eventually.ts";
import type { SigningCredential } from "../service/access-keys.ts";

export class SigningCredentials {
  readonly #byScope: BoundedMap<string, Eventually<SigningCredential>>;

  constructor(limit: number) {
    this.#byScope = new BoundedMap(limit, (dropped) => void wipeSoon(dropped));
  }

  /**
   * The credential of a scope, derived at most once for all who ask while it is kept.
   * A derivation that fails is not kept: the next who asks tries again.
   */
  find(scope: string, derive: () => Promise<SigningCredential>): Eventually<SigningCredential> {
    return this.#byScope.get(scope) ?? this.#derive(scope, derive);
  }

  async #derive(
    scope: string,
    derive: () => Promise<SigningCredential>,
  ): Promise<SigningCredential> {
    const derivation = derive();
    this.#byScope.set(scope, derivation);
    try {
      const credential = await derivation;
      if (this.#byScope.get(scope) === derivation) this.#byScope.set(scope, credential);
      return credential;
    } catch (error) {
      if (this.#byScope.get(scope) === derivation) this.#byScope.delete(scope);
      throw error;
    }
  }
}

/** Whoever was just given the credential uses it in this turn of the event loop. */
async function wipeSoon(dropped: Eventually<SigningCredential>): Promise<void> {
  const credential = await Promise.resolve(dropped).catch(() => undefined);
  setImmediate(() => credential?.signingKey.wipe());
}
