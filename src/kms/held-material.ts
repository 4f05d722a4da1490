const maximumReferences = 1_000;

/** The key material that a vault was last known to hold unwrapped. A hint: the vault may have let it go. */
export class HeldMaterial {
  /** The longest known first. */
  readonly #references = new Set<string>();

  has(reference: Uint8Array): boolean {
    return this.#references.has(nameOf(reference));
  }

  add(reference: Uint8Array): void {
    const [oldest] = this.#references;
    if (oldest !== undefined && this.#references.size >= maximumReferences) {
      this.#references.delete(oldest);
    }
    this.#references.add(nameOf(reference));
  }

  clear(): void {
    this.#references.clear();
  }
}

function nameOf(reference: Uint8Array): string {
  return Buffer.from(reference.buffer, reference.byteOffset, reference.length).toString("latin1");
}
