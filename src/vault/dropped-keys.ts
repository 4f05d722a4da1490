/**
 * Key objects that nothing refers to any more. OpenSSL cleanses its memory of a key when the
 * garbage collector lets the object go, which in a quiet process is never: so it is made to.
 */
let areThereAny = false;

/** Says that a key object has just been dropped. */
export function noteDroppedKey(): void {
  areThereAny = true;
}

/**
 * Has the dropped keys collected, if there are any: a few milliseconds in which nothing else
 * is done. The vault's process is started so that it can; others let time do it.
 */
export function collectDroppedKeys(): void {
  if (!areThereAny) return;
  areThereAny = false;
  globalThis.gc?.();
}
