/** What grants allow to the grantees that ask most, in memory, an empty answer too. */
import { BoundedMap } from "../lib/bounded-map.ts";
import type { GranteeTerms } from "./records.ts";

const maxGrantees = 10_000;
/** Some hundred bytes each. */
const maxTerms = 100_000;

/** By key and grantee. Lists differ in length by far, so their sum is bounded too. */
export class GrantTermsCache {
  readonly #grantees = new BoundedMap<string, GranteeTerms>(maxGrantees, {
    onDrop: (terms) => {
      this.#count -= terms.inAnyContext.length;
    },
  });
  #count = 0;

  /** What is remembered, always the same object, or else what `load` finds. */
  find(id: string, load: () => GranteeTerms): GranteeTerms {
    const remembered = this.#grantees.get(id);
    if (remembered !== undefined) return remembered;
    const loaded = load();
    // One list alone may be longer: it is kept, for to read it each time would be worse.
    if (this.#count + loaded.inAnyContext.length > maxTerms) this.clear();
    this.#count += loaded.inAnyContext.length;
    this.#grantees.set(id, loaded);
    return loaded;
  }

  forget(id: string): void {
    this.#count -= this.#grantees.get(id)?.inAnyContext.length ?? 0;
    this.#grantees.delete(id);
  }

  clear(): void {
    this.#grantees.clear();
    this.#count = 0;
  }
}
