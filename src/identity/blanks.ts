/** How SigV4 writes a header value: no blanks around it, and one where there were several. */

/** Trims a header value and makes one blank of each run of blanks and tabs in it. */
export function collapseBlanks(value: string): string {
  if (!hasSpareBlanks.test(value)) return value;
  return value
    .replaceAll("\t", " ")
    .split(" ")
    .filter((word) => word !== "")
    .join(" ");
}

// Nearly no value has any, so the test is what has to be quick. It never backtracks.
const hasSpareBlanks = /\t| {2}|^ | $/u;
