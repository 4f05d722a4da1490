/** A conformance run for people and for machines. */
import type { Result } from "./run-cases.ts";

interface Row {
  readonly operation: string;
  readonly passed: number;
  readonly unsupported: number;
  readonly failed: number;
}

/** One line for each operation, then each case that did not pass. */
export function table(results: readonly Result[]): string {
  const rows = rowsOf(results);
  const width = Math.max(...rows.map(({ operation }) => operation.length));
  const lines = rows.map((row) =>
    [
      row.operation.padEnd(width),
      shown(row.passed),
      shown(row.unsupported),
      shown(row.failed),
    ].join("  "),
  );
  const head = ["operation".padEnd(width), "passed", "unsupported", "failed"].join("  ");
  const others = results.filter(({ outcome }) => outcome !== "passed").map(explained);
  const total = totals(results);
  const sum = `${total.passed} passed, ${total.unsupported} unsupported, ${total.failed} failed`;
  return [head, ...lines, "", ...others, sum, ""].join("\n");
}

/** The whole run, for a file. */
export function asJson(endpoint: string, results: readonly Result[]): string {
  return `${JSON.stringify({ endpoint, totals: totals(results), results }, undefined, 2)}\n`;
}

export function totals(results: readonly Result[]): Omit<Row, "operation"> {
  const count = (wanted: Result["outcome"]): number =>
    results.filter(({ outcome }) => outcome === wanted).length;
  return { passed: count("passed"), unsupported: count("unsupported"), failed: count("failed") };
}

function rowsOf(results: readonly Result[]): readonly Row[] {
  const operations = [...new Set(results.map(({ operation }) => operation))].toSorted();
  return operations.map((operation) => ({
    operation,
    ...totals(results.filter((result) => result.operation === operation)),
  }));
}

/** A nought is no news. */
function shown(count: number): string {
  return (count === 0 ? "-" : String(count)).padStart(6);
}

function explained({ operation, title, outcome, due, got }: Result): string {
  return `${outcome}: ${operation}, ${title}\n  due: ${due}\n  got: ${got}\n`;
}
