/** How long the disk takes to make one record durable. */
import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import path from "node:path";
import { median, quantile } from "./statistics.mjs";

/** About the length of a line of the journal. */
const recordBytes = 1024;
const memoryFilesystem = 0x01021994;

/**
 * Appends records to a file in the directory, each followed by fdatasync. Returns the
 * median and the 99th percentile of write and flush together, in milliseconds.
 */
export function measureFlush(directory, count) {
  const file = path.join(directory, "flush-test");
  const record = Buffer.alloc(recordBytes, "x");
  const descriptor = openSync(file, "w");
  try {
    const timesMs = Array.from({ length: count }, () => {
      const startedAtMs = performance.now();
      writeSync(descriptor, record);
      fdatasyncSync(descriptor);
      return performance.now() - startedAtMs;
    });
    return { p50Ms: median(timesMs), p99Ms: quantile(timesMs, 0.99) };
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}

/** Whether a directory lies in memory: flushing it costs nothing and proves nothing. */
export function isInMemory(directory) {
  return statfsSync(directory).type === memoryFilesystem;
}
