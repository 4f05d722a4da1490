/** What the signals of the operating system mean to a running server. */
interface SignalMeanings {
  readonly drain: () => void;
  readonly stopNow: () => void;
  readonly reload: () => void;
}

/**
 * One Ctrl-C reaches us more than once: from the terminal and from each parent that
 * forwards it. Only a repetition after this long is a second wish.
 */
const sameWishMs = 250;

/**
 * SIGTERM and SIGINT drain, a second one stops at once, SIGHUP reloads. Returns a
 * function that gives the signals their old meaning back.
 */
export function heedSignals(meanings: SignalMeanings): () => void {
  let firstAtMs: number | undefined;
  const stop = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      meanings.drain();
    } else if (performance.now() - firstAtMs > sameWishMs) {
      meanings.stopNow();
    }
  };
  const handlers = { SIGTERM: stop, SIGINT: stop, SIGHUP: meanings.reload } as const;
  const entries = Object.entries(handlers);
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of entries) process.off(signal, handler);
  };
}
