import { every, type Ticking } from "../lib/every.ts";
import type { Store } from "./store.ts";

/**
 * Sees to it that what was deleted is erased from the files, again and again until it is:
 * nobody has to wait for that, and an erasure that failed is made up for. Once the store
 * closes, a turn under way ends with it.
 */
export function keepErased(
  store: Pick<Store, "isErasureDue" | "eraseDeleted">,
  {
    everyMs,
    onFailure,
  }: { readonly everyMs: number; readonly onFailure: (error: unknown) => void },
): Ticking {
  const erase = async (): Promise<void> => {
    if (await store.isErasureDue()) await store.eraseDeleted();
  };
  return every(everyMs, erase, onFailure);
}
