import { newSecret } from "../secret-bytes.ts";

/** A copy of bytes that were only lent, for work that goes on after the request is gone. */
export function kept(lent: Uint8Array): Buffer {
  const copy = newSecret(lent.length);
  copy.set(lent);
  return copy;
}
