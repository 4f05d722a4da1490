/** Signing credentials that were derived before: bounded, the least recently used go first. */
import type { SigningCredential } from "../service/access-keys.ts";

export class SigningCredentials {
  readonly #limit: number;
  /** In order of use: a Map keeps the order of insertion, and a hit is inserted anew. */
  readonly #byScope = new Map<string, Promise<SigningCredential>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * The credential of a scope, derived at most once for all who ask while it is kept.
   * A derivation that fails is not kept: the next who asks tries again.
   */
  find(scope: string, derive: () => Promise<SigningCredential>): Promise<SigningCredential> {
    const known = this.#byScope.get(scope);
    if (known !== undefined) this.#byScope.delete(scope);
    const credential = known ?? this.#derive(scope, derive);
    this.#byScope.set(scope, credential);
    if (this.#byScope.size > this.#limit) this.#dropOldest();
    return credential;
  }

  async #derive(
    scope: string,
    derive: () => Promise<SigningCredential>,
  ): Promise<SigningCredential> {
    try {
      return await derive();
    } catch (error) {
      this.#byScope.delete(scope);
      throw error;
    }
  }

  #dropOldest(): void {
    for (const scope of this.#byScope.keys()) {
      this.#byScope.delete(scope);
      return;
    }
  }
}
