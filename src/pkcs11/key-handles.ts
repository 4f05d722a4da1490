/** The handles of keys that a token was asked for in one login: in the next they mean nothing. */
import type { Handle } from "./functions.ts";

const handlesAtMost = 1_000;

export class KeyHandles {
  readonly #handles = new Map<string, Handle>();

  /** Nothing for a key that the token was not asked for yet, or long ago. */
  remembered(keyId: string): Handle | undefined {
    return this.#handles.get(keyId);
  }

  remember(keyId: string, handle: Handle): void {
    if (this.#handles.size >= handlesAtMost) this.#handles.clear();
    this.#handles.set(keyId, handle);
  }

  forget(keyId: string): void {
    this.#handles.delete(keyId);
  }
}
