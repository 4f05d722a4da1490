/** What grants allow to the grantees that ask most, in memory, an empty answer too. */
import { BoundedMap } from "../lib/bounded-map.ts";
import type { GrantTerms } from "./records.ts";

const maxGrantees = 10_000;
/** Some hundred bytes each. */
const maxTerms = 100_000;

type Terms = readonly GrantTerms[];

/** By key and grantee. Lists differ in length by far, so their sum is bounded too. */
export class GrantTermsCache {
  readonly #lists = new BoundedMap<string, Terms>(maxGrantees, (list) => {
    this.#count -= list.length;
  });
  #count = 0;

  /** The remembered list, always the same object, or else what `load` finds. */
  find(id: string, load: () => Terms): Terms {
    const remembered = this.#lists.get(id);
    if (remembered !== undefined) return remembered;
    const loaded = load();
    // One list alone may be longer: it is kept, for to read it each time would be worse.
    if (this.#count + loaded.length > maxTerms) this.clear();
    this.#count += loaded.length;
    this.#lists.set(id, loaded);
    return loaded;
  }

  forget(id: string): void {
    this.#count -= this.#lists.get(id)?.length ?? 0;
    this.#lists.delete(id);
  }

  clear(): void {
    this.#lists.clear();
    this.#count = 0;
  }
}
