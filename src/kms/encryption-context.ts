/** The encryption context: as bytes for the vault, and its limits. */
import { KmsError } from "./errors.ts";

export type EncryptionContext = Readonly<Record<string, string>>;

/** As JSON, in bytes. */
const maxLengthBytes = 8192;

const empty = Buffer.alloc(4);

/**
 * The canonical bytes of an encryption context: the number of pairs, then each pair with
 * length-prefixed name and value, sorted by the UTF-8 bytes of the name. No two contexts
 * share these bytes, and the order of the pairs makes no difference. An absent context
 * is an empty one. Refuses a context that AWS refuses.
 */
export function canonicalContext(context: EncryptionContext | undefined): Uint8Array {
  if (context === undefined) return empty;
  if (latest?.context !== context) latest = { context, bytes: bytesOf(context) };
  return latest.bytes;
}

/**
 * Checked before the key is looked at and used when the vault is asked, nearly always with
 * no other context in between: worked out once.
 */
let latest: { readonly context: EncryptionContext; readonly bytes: Uint8Array } | undefined;

function bytesOf(context: EncryptionContext): Uint8Array {
  const pairs: Pair[] = [];
  let lengthBytes = 4;
  for (const name in context) {
    const pair = pairOf(name, context[name] ?? "");
    pairs.push(pair);
    lengthBytes += 8 + pair.nameBytes + pair.valueBytes;
  }
  if (pairs.length === 0) return empty;
  // As JSON, each pair takes six characters more, and all of them one.
  if (lengthBytes - 4 - 2 * pairs.length + 1 > maxLengthBytes) throw invalid();
  if (!areSorted(pairs)) pairs.sort(byName);
  return write(pairs, lengthBytes);
}

interface Pair {
  readonly name: string;
  readonly nameBytes: number;
  readonly value: string;
  readonly valueBytes: number;
}

function pairOf(name: string, value: string): Pair {
  if (name === "" || value === "") throw invalid();
  // As UTF-8 all lone surrogates are the same three bytes, and two contexts would be one.
  if (!name.isWellFormed() || !value.isWellFormed()) throw invalid();
  const valueBytes = Buffer.byteLength(value);
  return { name, nameBytes: Buffer.byteLength(name), value, valueBytes };
}

/** Nearly all clients send them sorted, and sorting two takes longer than all the rest. */
function areSorted(pairs: readonly Pair[]): boolean {
  for (let at = 1; at < pairs.length; at += 1) {
    const before = pairs[at - 1];
    const pair = pairs[at];
    if (before !== undefined && pair !== undefined && byName(before, pair) > 0) return false;
  }
  return true;
}

/** By bytes. Where all characters are ASCII ones, their order is that of the bytes. */
function byName(a: Pair, b: Pair): number {
  const areAscii = a.nameBytes === a.name.length && b.nameBytes === b.name.length;
  if (areAscii) return a.name < b.name ? -1 : 1;
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}

function write(pairs: readonly Pair[], lengthBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(lengthBytes);
  let offset = bytes.writeUInt32BE(pairs.length, 0);
  for (const { name, nameBytes, value, valueBytes } of pairs) {
    offset = bytes.writeUInt32BE(nameBytes, offset);
    offset += bytes.write(name, offset);
    offset = bytes.writeUInt32BE(valueBytes, offset);
    offset += bytes.write(value, offset);
  }
  return bytes;
}

function invalid(): KmsError {
  return new KmsError("ValidationException", "Invalid EncryptionContext");
}
