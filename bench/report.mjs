/** What a bench says at its end: a table for people, a file for comparisons. */
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const resultsDirectory = path.join(import.meta.dirname, "results");

/** The machine, as far as it explains the numbers. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: cpus.length,
    memoryGigabytes: Math.round(os.totalmem() / 1e9),
    kernel: os.release(),
    node: process.version,
  };
}

/** Rows as text, a line for each. */
export function tableOf(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, value, target = "", met }) => {
    const verdict = met === undefined ? "" : met ? "met" : "MISSED";
    return `${name.padEnd(width)}  ${rounded(value).padStart(9)}  ${target.padEnd(8)}  ${verdict}`;
  });
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** How many targets were met. */
export function countOf(rows) {
  const judged = rows.filter(({ met }) => met !== undefined);
  const met = judged.filter((row) => row.met).length;
  return `${met} of ${judged.length} targets met`;
}

function rounded(value) {
  if (value >= 1000) return value.toFixed(0);
  return value >= 100 ? value.toFixed(1) : value.toFixed(2);
}

/**
 * Writes everything that was measured to bench/results and returns the file's path. The
 * suffix keeps the results of a part from taking the place of a whole.
 */
export function writeResults(suffix, { startedAt, machine, ...measured }) {
  const cpu = machine.cpu.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const date = startedAt.toISOString().slice(0, 10);
  const file = path.join(resultsDirectory, `${date}-${cpu}${suffix}.json`);
  mkdirSync(resultsDirectory, { recursive: true });
  const text = JSON.stringify({ date: startedAt, machine, ...measured }, shortened, 1);
  writeFileSync(file, `${text}\n`);
  return file;
}

/** Digits beyond the fifth are noise. */
function shortened(_, value) {
  return typeof value === "number" ? Number(value.toPrecision(5)) : value;
}
