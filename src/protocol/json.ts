/**
 * A JSON reader (RFC 8259) over bytes, stricter than JSON.parse: what two readers could
 * understand in two ways is refused. Blobs never become strings on the way.
 */
import { isUtf8 } from "node:buffer";
import { decodeBase64 } from "../lib/base64.ts";
import { wipe } from "../lib/wipe.ts";
import { ServiceError } from "../service/service-error.ts";
import type { JsonObject, JsonValue } from "../service/service.ts";
import { isInt64, numberSyntax } from "./json-number.ts";
import { nameAt } from "./json-names.ts";
import { unescapeBase64 } from "./json-blob.ts";

export const maxDepth = 32;
/** Member names and values, of every kind. */
export const maxTokens = 10_000;

const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const noBlobs: ReadonlySet<string> = new Set();

/**
 * The prototype of all objects that are read: it has no names, so none is special,
 * __proto__ included. Without any prototype V8 would keep an object as a hash table, which
 * takes three times as long to make and fifty times as long to walk.
 */
const nameless: object = Object.freeze(Object.create(null));

/**
 * Reads one JSON object. Top-level members named as blobs are decoded from base64 into
 * Buffers of their own; a null member is left out. Refuses with SerializationException:
 * anything but an object, nesting deeper than 32, more than 10,000 names and values,
 * a name that comes twice, text that is not UTF-8 or not well-formed, integers beyond
 * 64 bits, numbers beyond a double, blobs that are not base64, bytes after the end.
 */
export function readJson(body: Buffer, blobs: ReadonlySet<string> = noBlobs): JsonObject {
  if (!isUtf8(body)) throw unreadable();
  const reader = new JsonReader(body, blobs);
  try {
    return reader.readDocument();
  } catch (error) {
    reader.wipeBlobs();
    throw error;
  }
}

class JsonReader {
  readonly #body: Buffer;
  readonly #blobs: ReadonlySet<string>;
  readonly #decoded: Buffer[] = [];
  #at = 0;
  #tokens = 0;

  constructor(body: Buffer, blobs: ReadonlySet<string>) {
    this.#body = body;
    this.#blobs = blobs;
  }

  readDocument(): JsonObject {
    const first = this.#next();
    if (first === openBracket) throw unreadable("Start of list found where not expected");
    if (first !== openBrace) throw unreadable();
    const document = this.#readObject(1);
    if (this.#next() !== -1) throw unreadable();
    return document;
  }

  wipeBlobs(): void {
    for (const blob of this.#decoded) wipe(blob);
  }

  /** The next byte that is not white space, not yet taken; -1 at the end. */
  #next(): number {
    const body = this.#body;
    let at = this.#at;
    while (at < body.length) {
      const byte = body[at] ?? -1;
      if (byte > space || !isSpace(byte)) {
        this.#at = at;
        return byte;
      }
      at += 1;
    }
    this.#at = at;
    return -1;
  }

  #countToken(): void {
    this.#tokens += 1;
    if (this.#tokens > maxTokens) throw unreadable();
  }

  #readValue(first: number, depth: number): JsonValue {
    this.#countToken();
    switch (first) {
      case quote:
        return this.#readString();
      case openBrace:
        return this.#readObject(depth + 1);
      case openBracket:
        return this.#readList(depth + 1);
      case 0x74:
        return this.#readWord("true", true);
      case 0x66:
        return this.#readWord("false", false);
      case 0x6e:
        return this.#readWord("null", null);
      default:
        return this.#readNumber();
    }
  }

  #readObject(depth: number): JsonObject {
    if (depth > maxDepth) throw unreadable();
    const object: Record<string, JsonValue> = Object.create(nameless);
    let nulls: Set<string> | undefined;
    this.#at += 1;
    let byte = this.#next();
    while (byte !== closeBrace) {
      const name = this.#readName(byte);
      if (name in object || nulls?.has(name) === true) throw unreadable();
      byte = this.#next();
      const blob = depth === 1 && byte === quote && this.#blobs.has(name);
      const value = blob ? this.#readBlob() : this.#readValue(byte, depth);
      if (value === null) (nulls ??= new Set()).add(name);
      else object[name] = value;
      byte = this.#readSeparator(closeBrace);
    }
    this.#at += 1;
    return object;
  }

  #readList(depth: number): JsonValue[] {
    if (depth > maxDepth) throw unreadable();
    const list: JsonValue[] = [];
    this.#at += 1;
    let byte = this.#next();
    while (byte !== closeBracket) {
      list.push(this.#readValue(byte, depth));
      byte = this.#readSeparator(closeBracket);
    }
    this.#at += 1;
    return list;
  }

  /** Past a comma to what follows it, or to the closing byte, which is not taken. */
  #readSeparator(close: number): number {
    const byte = this.#next();
    if (byte === close) return byte;
    if (byte !== comma) throw unreadable();
    this.#at += 1;
    const following = this.#next();
    if (following === close) throw unreadable();
    return following;
  }

  #readName(first: number): string {
    if (first !== quote) throw unreadable();
    this.#countToken();
    const name = this.#readString(nameAt);
    if (this.#next() !== colon) throw unreadable();
    this.#at += 1;
    return name;
  }

  #readString(textAt: typeof nameAt = asciiAt): string {
    const start = this.#at + 1;
    const kind = this.#skipString();
    const end = this.#at - 1;
    if (kind === ascii) return textAt(this.#body, start, end);
    if (kind === unicode) return this.#body.toString("utf8", start, end);
    return unescape(this.#body.toString("utf8", start - 1, end + 1));
  }

  #readBlob(): Buffer {
    this.#countToken();
    const start = this.#at + 1;
    const kind = this.#skipString();
    const end = this.#at - 1;
    const blob =
      kind === escaped
        ? unescapeBase64(this.#body.subarray(start, end))
        : decodeBase64(this.#body, start, end);
    if (blob === undefined) throw unreadable();
    this.#decoded.push(blob);
    return blob;
  }

  /** Past the closing quote; says what stood between the quotes. */
  #skipString(): StringKind {
    const body = this.#body;
    let kind: StringKind = ascii;
    for (let at = this.#at + 1; at < body.length; at += 1) {
      const byte = body[at] ?? 0;
      if (byte === quote) {
        this.#at = at + 1;
        return kind;
      }
      if (byte < space) throw unreadable();
      if (byte === backslash) {
        kind = escaped;
        at += 1;
      } else if (byte > 0x7f && kind === ascii) {
        kind = unicode;
      }
    }
    throw unreadable();
  }

  #readWord<Value extends JsonValue>(word: string, value: Value): Value {
    const end = this.#at + word.length;
    if (this.#body.toString("latin1", this.#at, end) !== word) throw unreadable();
    this.#at = end;
    return value;
  }

  #readNumber(): number {
    const start = this.#at;
    let at = start;
    while (isNumberByte(this.#body[at])) at += 1;
    this.#at = at;
    const text = this.#body.toString("latin1", start, at);
    if (!numberSyntax.test(text)) throw unreadable();
    const value = Number(text);
    if (!Number.isFinite(value) || !isInt64(text)) throw unreadable();
    return value;
  }
}

function asciiAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end);
}

type StringKind = 0 | 1 | 2;
const ascii = 0;
const unicode = 1;
const escaped = 2;

function isSpace(byte: number): boolean {
  return byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  if (byte >= zero && byte <= nine) return true;
  return byte === minus || byte === 0x2b || byte === 0x2e || byte === 0x45 || byte === 0x65;
}

/** A string with escapes, quotes included. JSON.parse knows the escapes; it lets lone surrogates pass. */
function unescape(literal: string): string {
  const text = parseLiteral(literal);
  if (typeof text !== "string" || !text.isWellFormed()) throw unreadable();
  return text;
}

function parseLiteral(literal: string): unknown {
  try {
    return JSON.parse(literal);
  } catch {
    // Without the cause: its message quotes what was sent.
    throw unreadable();
  }
}

function unreadable(message = "Unexpected token received from parser"): ServiceError {
  return new ServiceError("SerializationException", 400, message);
}
