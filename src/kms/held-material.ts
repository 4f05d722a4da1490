import { BoundedMap } from "../lib/bounded-map.ts";

const maximumReferences = 1_000;

/** The key material that a vault was last known to hold unwrapped. A hint: the vault may have let it go. */
export class HeldMaterial {
  readonly #references = new BoundedMap<string, true>(maximumReferences);

  has(reference: Uint8Array): boolean {
    return this.#references.get(nameOf(reference)) === true;
  }

  add(reference: Uint8Array): void {
    this.#references.set(nameOf(reference), true);
  }

  clear(): void {
    this.#references.clear();
  }
}

function nameOf(reference: Uint8Array): string {
  return Buffer.from(reference.buffer, reference.byteOffset, reference.length).toString("latin1");
}
