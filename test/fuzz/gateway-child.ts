/** A bench gateway in a process of its own, so that its memory and its crashes are its own. */
import { openBench } from "./gateway-bench.ts";

export interface ChildReport {
  readonly calls: readonly string[];
  readonly logged: number;
  readonly rssBytes: number;
}

const bench = await openBench();

process.on("message", () => {
  // Garbage is no leak.
  globalThis.gc?.();
  const calls = bench.service.calls.map(({ call }) => call.operation);
  const report: ChildReport = {
    calls,
    logged: bench.logged.length,
    rssBytes: process.memoryUsage.rss(),
  };
  process.send?.(report);
});
process.send?.({ port: bench.port, host: bench.host });
