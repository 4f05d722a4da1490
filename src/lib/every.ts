/** Does something again and again, never twice at once. */
export interface Ticking {
  /** Resolves when the last turn has ended; no other begins. */
  stop(): Promise<void>;
}

/** The pause of `intervalMs` lies between the end of one turn and the beginning of the next. */
export function every(
  intervalMs: number,
  turn: () => Promise<void>,
  onError: (error: unknown) => void,
): Ticking {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const wait = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      current = turn().catch(onError).finally(wait);
    }, intervalMs);
    timer.unref();
  };
  wait();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
