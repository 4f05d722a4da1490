/**
 * The header fields that the listener goes by. Node makes an object of all of them for
 * every request, which costs as much as reading them; a signature reads them once more.
 */
import { type HeaderLayout, layoutOf } from "../lib/header-layout.ts";

export interface WireHeaders {
  readonly host: string | undefined;
  readonly expect: string | undefined;
  readonly "user-agent": string | undefined;
  readonly "content-type": string | undefined;
  readonly "x-amz-target": string | undefined;
  readonly "content-length": string | undefined;
}

/** Reads Node's rawHeaders. The values of a repeated field are joined, as Node joins them. */
export function readWireHeaders(rawHeaders: readonly string[]): WireHeaders {
  const layout = layoutOf(rawHeaders);
  return {
    host: valueOf("host", layout, rawHeaders),
    expect: valueOf("expect", layout, rawHeaders),
    "user-agent": valueOf("user-agent", layout, rawHeaders),
    "content-type": valueOf("content-type", layout, rawHeaders),
    "x-amz-target": valueOf("x-amz-target", layout, rawHeaders),
    "content-length": valueOf("content-length", layout, rawHeaders),
  };
}

function valueOf(
  name: keyof WireHeaders,
  { places }: HeaderLayout,
  rawHeaders: readonly string[],
): string | undefined {
  const found = places.get(name);
  if (found === undefined) return undefined;
  if (found.length === 1) return rawHeaders[found[0] ?? 0];
  return found.map((place) => rawHeaders[place]).join(", ");
}
