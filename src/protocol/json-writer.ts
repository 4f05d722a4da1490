/**
 * Answers as JSON: blobs in base64, dates as seconds since 1970, members without a
 * value left out. Blobs of a sensitive answer go from bytes to bytes.
 */
import { BoundedMap } from "../lib/bounded-map.ts";
import { base64Length, encodeBase64Into } from "../lib/base64.ts";
import { allocateSecret, wipeBlobs } from "../lib/wipe.ts";

/** Deeper than any AWS output; a cycle ends here. */
const maxDepth = 32;

const keptNamesMax = 1_024;

/** An answer's JSON as text. For answers without secrets only. */
export function writeJson(output: object): string {
  return appendObject("", output, undefined, 1);
}

/**
 * An answer's JSON in one Buffer outside V8's heap, which its user wipes. No string is
 * made of a blob, and every blob of the output is wiped, whether it could be written or not.
 */
export function writeSensitiveJson(output: object): Buffer {
  const pieces: (string | Uint8Array)[] = [];
  try {
    pieces.push(appendObject("", output, pieces, 1));
    return join(pieces);
  } finally {
    wipeBlobs(output);
  }
}

/** Nearly all names are those of the members that answers are declared with. */
const quotedNames = new BoundedMap<string, string>(keptNamesMax);

function quoteName(name: string): string {
  return `${JSON.stringify(name)}:`;
}

/** The text before the next blob moves into pieces; what is returned comes after it. */
type Pieces = (string | Uint8Array)[] | undefined;

function appendObject(text: string, object: object, pieces: Pieces, depth: number): string {
  if (depth > maxDepth) throw new RangeError("an answer is nested too deeply");
  let separator = "{";
  let json = text;
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    json = append(json + separator + quotedNames.getOrAdd(name, quoteName), value, pieces, depth);
    separator = ",";
  }
  return separator === "{" ? `${json}{}` : `${json}}`;
}

function appendList(text: string, list: readonly unknown[], pieces: Pieces, depth: number): string {
  if (depth > maxDepth) throw new RangeError("an answer is nested too deeply");
  let separator = "[";
  let json = text;
  for (const value of list) {
    json = append(json + separator, value, pieces, depth);
    separator = ",";
  }
  return separator === "[" ? `${json}[]` : `${json}]`;
}

function append(text: string, value: unknown, pieces: Pieces, depth: number): string {
  if (typeof value === "string") return text + JSON.stringify(value);
  if (value instanceof Uint8Array) return appendBlob(text, value, pieces);
  if (value instanceof Date) return text + seconds(value);
  if (Array.isArray(value)) return appendList(text, value, pieces, depth + 1);
  if (typeof value === "object" && value !== null) {
    return appendObject(text, value, pieces, depth + 1);
  }
  return text + scalar(value);
}

function appendBlob(text: string, bytes: Uint8Array, pieces: Pieces): string {
  if (pieces === undefined) return `${text}"${viewOf(bytes).toString("base64")}"`;
  pieces.push(`${text}"`, bytes);
  return '"';
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function seconds(date: Date): string {
  return scalar(date.getTime() / 1000);
}

function scalar(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  throw new TypeError(`an answer holds a ${typeof value} that JSON has no word for`);
}

function join(pieces: readonly (string | Uint8Array)[]): Buffer {
  const length = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  const json = allocateSecret(length);
  let at = 0;
  for (const piece of pieces) {
    at = typeof piece === "string" ? at + json.write(piece, at) : encodeBase64Into(piece, json, at);
  }
  return json;
}

function lengthOf(piece: string | Uint8Array): number {
  return typeof piece === "string" ? Buffer.byteLength(piece) : base64Length(piece.length);
}
