/** The canonical headers of SigV4, from header fields as they arrived. */
import { collapseBlanks } from "./blanks.ts";
import type { HeaderFields } from "./header-fields.ts";
import type { SignedHeaders } from "./signed-headers.ts";

/**
 * One line `name:value` for every signed header, in the list's order, with blanks trimmed
 * and collapsed. Nothing when a signed header is not there.
 */
export function canonicalHeaders(fields: HeaderFields, signed: SignedHeaders): string | undefined {
  let lines = "";
  for (const name of signed.names) {
    const value = fields.get(name);
    if (value === undefined) return undefined;
    lines += `${name}:${collapseBlanks(value)}\n`;
  }
  return lines;
}

/**
 * The first header that had to be signed and is not: the host, and whatever AWS headers
 * the request carries. Nothing when all are signed.
 */
export function findUnsignedHeader(
  fields: HeaderFields,
  signed: SignedHeaders,
): string | undefined {
  if (!signed.names.has("host")) return "host";
  for (const name of fields.names) {
    if (name.startsWith("x-amz-") && !signed.names.has(name)) return name;
  }
  return undefined;
}
