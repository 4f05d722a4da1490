/** Requests that are wrong in one of many ways, the same for the same seed. */
import { requestText, signedHeaders } from "./gateway-bench.ts";

/** A generator of 32-bit numbers that starts anywhere: Marsaglia's xorshift. */
export function seeded(seed: number) {
  let state = (seed | 1) >>> 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  return {
    below: (limit: number) => next() % limit,
    pick: <Item>(items: readonly [Item, ...Item[]]): Item =>
      items[next() % items.length] ?? items[0],
  };
}

type Random = ReturnType<typeof seeded>;

const hostileText = [
  "",
  "\u0000",
  "\r",
  "\n",
  "\r\n",
  "\u001b[31m",
  "__proto__",
  "../../../outside",
  "'; DROP TABLE keys; --",
  "%00%0d%0a",
  "\u00ff\u00fe",
  "A".repeat(5000),
  "{}".repeat(500),
  "=,;\"'<>",
] as const;

const hostileJson = [
  "",
  "[]",
  "null",
  '"',
  "{",
  '{"a":1,"a":2}',
  '{"__proto__":{"polluted":1}}',
  '{"Plaintext":"not base64"}',
  '{"Plaintext":{"a":[]}}',
  `{"a":${"[".repeat(5000)}`,
  `{"n":${"9".repeat(5000)}}`,
  '{"s":"\\ud800"}',
  '{"s":"\u00ff"}',
  `{${Array.from({ length: 2000 }, (_, index) => `"${index}":{}`).join()}}`,
] as const;

const methods = [
  "GET",
  "PUT",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "PRI",
  "post",
  "P\u0000",
] as const;
const targets = [
  "*",
  "//",
  "/..",
  "/health/../",
  "http://x/",
  "/?a=%zz",
  "/\u00e9",
  "x",
  "",
] as const;
const versions = ["HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1x", "ICY", ""] as const;

/** How an unsigned or wrongly signed request is made from a signed one. */
type Fault = (request: string, random: Random) => string;

const faults: readonly [Fault, ...Fault[]] = [
  (request, { pick }) => request.replace("POST", pick(methods)),
  (request, { pick }) => request.replace("POST /", `POST ${pick(targets)}`),
  (request, { pick }) => request.replace("HTTP/1.1", pick(versions)),
  (request, { below }) => request.slice(0, below(request.length)),
  (request, random) => overwrite(request, random),
  (request, random) => insert(request, random.pick(hostileText), random),
  (request, random) => insert(request, "\r\nContent-Length: 7", random),
  (request) => request.replace("\r\n", "\r\nTransfer-Encoding: chunked\r\n"),
  (request) => request.replaceAll("\r\n", "\n"),
  (request) => request.replace("\r\n", `\r\n${"x: y\r\n".repeat(500)}`),
  (request) => request.replace("\r\n", `\r\nx: ${"y".repeat(20_000)}\r\n`),
  (request) => request.replace(/content-length: \d+/, "content-length: 99999999999"),
  (request) => request.replace(/content-length: \d+/, "content-length: -1"),
  (request) => request.replace(/(?<=\r\nhost: ).*/, ""),
  (request, { pick }) => request.replace(/(?<=x-amz-target: ).*/, pick(hostileText)),
  (request, { pick }) => request.replace(/(?<=authorization: ).*/, pick(hostileText)),
  (request, { pick }) => request.replace(/(?<=Credential=)[^,]*/, pick(hostileText)),
  (request, { pick }) => request.replace(/(?<=SignedHeaders=)[^,]*/, pick(hostileText)),
  (request, { pick }) => request.replace(/(?<=x-amz-date: ).*/, pick(hostileText)),
];

/** One malformed request. No fault and no sum of them leaves a signature that counts. */
export function malformedRequest(random: Random, host: string): string {
  const body = random.pick(hostileJson);
  const headers = signedHeaders({ host, body: `${body} ` });
  const length = String(Buffer.byteLength(body, "latin1"));
  let request = requestText({ ...headers, "content-length": length }, body);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    request = random.pick(faults)(request, random);
  }
  return request;
}

function overwrite(request: string, { below }: Random): string {
  const at = below(request.length || 1);
  return request.slice(0, at) + String.fromCharCode(below(256)) + request.slice(at + 1);
}

function insert(request: string, text: string, { below }: Random): string {
  const at = below(request.length || 1);
  return request.slice(0, at) + text + request.slice(at);
}
