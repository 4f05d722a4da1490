/**
 * A JSON reader (RFC 8259) for policy documents. JSON.parse keeps the last of two members
 * with the same name, so a reviewer and the engine could read different policies out of
 * one text: here a repeated name is refused. Objects become maps, so no name is special.
 */
import { malformed } from "./policy-error.ts";

export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** A number, as it was written: nothing is lost by way of a float. */
interface JsonNumber {
  readonly number: string;
}

export type JsonObject = ReadonlyMap<string, Json>;

/** A string that is a value, and where it stands. */
export interface PlacedString {
  readonly value: string;
  /** The names of the members that lead to it, from the outermost; arrays add none. */
  readonly members: readonly string[];
  /** Its quotation marks included. */
  readonly start: number;
  readonly end: number;
}

const depthMax = 32;

const whitespace = /[ \t\n\r]*/y;
const numberText = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** All but the quotation mark, the backslash and the control characters below the space. */
const plainCharacters = /[ !#-[\]-\uffff]*/y;
const fourHexDigits = /[0-9a-fA-F]{4}/y;
const literals: readonly [string, null | boolean][] = [
  ["true", true],
  ["false", false],
  ["null", null],
];
const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * Reads one JSON value and nothing after it. Throws a malformed PolicyError for text that
 * is not JSON, for a member name that is repeated in one object, and for objects and
 * arrays nested more than 32 deep. `onString` hears of the strings in the order of the text.
 */
export function readJson(text: string, onString?: (string: PlacedString) => void): Json {
  return new JsonReader(text, onString).readDocument();
}

class JsonReader {
  readonly #text: string;
  readonly #onString: ((string: PlacedString) => void) | undefined;
  readonly #members: string[] = [];
  #at = 0;
  #depth = 0;

  constructor(text: string, onString?: (string: PlacedString) => void) {
    this.#text = text;
    this.#onString = onString;
  }

  readDocument(): Json {
    const value = this.#readValue();
    this.#take(whitespace);
    if (this.#at !== this.#text.length) throw notJson();
    return value;
  }

  #readValue(): Json {
    this.#take(whitespace);
    const first = this.#text[this.#at];
    if (first === "{") return this.#nested(() => this.#readObject());
    if (first === "[") return this.#nested(() => this.#readArray());
    return first === '"' ? this.#readStringValue() : this.#readScalar();
  }

  #readStringValue(): string {
    const start = this.#at;
    const value = this.#readString();
    this.#onString?.({ value, members: this.#members, start, end: this.#at });
    return value;
  }

  #nested<Value>(read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > depthMax) throw malformed("Policy document is nested too deeply.");
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #readObject(): JsonObject {
    const members = new Map<string, Json>();
    if (this.#skip("}")) return members;
    do {
      this.#take(whitespace);
      const name = this.#readString();
      if (members.has(name)) throw malformed("Policy document repeats a member of an object.");
      if (!this.#skip(":")) throw notJson();
      this.#members.push(name);
      members.set(name, this.#readValue());
      this.#members.pop();
    } while (this.#skip(","));
    if (!this.#skip("}")) throw notJson();
    return members;
  }

  #readArray(): readonly Json[] {
    const elements: Json[] = [];
    if (this.#skip("]")) return elements;
    do {
      elements.push(this.#readValue());
    } while (this.#skip(","));
    if (!this.#skip("]")) throw notJson();
    return elements;
  }

  #readString(): string {
    if (this.#text[this.#at] !== '"') throw notJson();
    this.#at += 1;
    let value = this.#take(plainCharacters);
    while (this.#text[this.#at] === "\\") {
      value += this.#readEscape() + this.#take(plainCharacters);
    }
    if (this.#text[this.#at] !== '"') throw notJson();
    this.#at += 1;
    return value;
  }

  #readEscape(): string {
    const letter = this.#text[this.#at + 1];
    this.#at += 2;
    if (letter === "u") {
      const digits = this.#take(fourHexDigits);
      if (digits === "") throw notJson();
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = letter === undefined ? undefined : escapes.get(letter);
    if (character === undefined) throw notJson();
    return character;
  }

  #readScalar(): null | boolean | JsonNumber {
    for (const [name, value] of literals) {
      if (!this.#text.startsWith(name, this.#at)) continue;
      this.#at += name.length;
      return value;
    }
    const number = this.#take(numberText);
    if (number === "") throw notJson();
    return { number };
  }

  /** Steps over white space and then the character, if that is what comes next. */
  #skip(character: string): boolean {
    this.#take(whitespace);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(sticky: RegExp): string {
    sticky.lastIndex = this.#at;
    const taken = sticky.exec(this.#text)?.[0] ?? "";
    this.#at += taken.length;
    return taken;
  }
}

function notJson(): Error {
  return malformed("Policy document is not valid JSON.");
}
