/**
 * The header fields that the listener goes by. Node makes an object of all of them for
 * every request, which costs as much as reading them; a signature reads them once more.
 */

export interface WireHeaders {
  host: string | undefined;
  expect: string | undefined;
  "user-agent": string | undefined;
  "content-type": string | undefined;
  "x-amz-target": string | undefined;
  "content-length": string | undefined;
}

type Name = keyof WireHeaders;

const namesByLength = new Map<number, readonly Name[]>([
  [4, ["host"]],
  [6, ["expect"]],
  [10, ["user-agent"]],
  [12, ["content-type", "x-amz-target"]],
  [14, ["content-length"]],
]);

/** Reads Node's rawHeaders. The values of a repeated field are joined, as Node joins them. */
export function readWireHeaders(rawHeaders: readonly string[]): WireHeaders {
  const headers: WireHeaders = {
    host: undefined,
    expect: undefined,
    "user-agent": undefined,
    "content-type": undefined,
    "x-amz-target": undefined,
    "content-length": undefined,
  };
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = nameOf(rawHeaders[at] ?? "");
    if (name === undefined) continue;
    const value = rawHeaders[at + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

function nameOf(field: string): Name | undefined {
  const names = namesByLength.get(field.length);
  if (names === undefined) return undefined;
  const lower = field.toLowerCase();
  return names.find((name) => name === lower);
}
