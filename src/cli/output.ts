/** What commands print. */

/** Prints one line, or several, on standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a value as JSON: on one line for programs, indented for people. */
export function printJson(value: unknown, form: "line" | "indented"): void {
  print(JSON.stringify(value, undefined, form === "line" ? undefined : 2));
}

/** Prints rows in columns that line up. Nothing but the heading when there are none. */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  for (const row of all) {
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

/** Text that others wrote, made harmless for a terminal: no control character gets through. */
export function printable(value: unknown): string {
  const text = typeof value === "string" ? value : "-";
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}

/** A date as it stands in an answer of the JSON protocol (epoch seconds), for people. */
export function dateOf(seconds: unknown): string {
  return typeof seconds === "number" ? new Date(seconds * 1000).toISOString() : "-";
}
