/** Writes yyyyMMdd'T'HHmmss'Z', ISO 8601's basic format, with the fraction of the second cut off. */
export function formatTimestamp(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  return `${iso.slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;
}
