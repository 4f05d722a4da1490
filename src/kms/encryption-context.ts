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
  const before = canonical.get(context);
  if (before !== undefined) return before;
  const bytes = bytesOf(context);
  canonical.set(context, bytes);
  return bytes;
}

/** Checked before the key is looked at, used when the vault is asked: worked out once. */
const canonical = new WeakMap<EncryptionContext, Uint8Array>();

function bytesOf(context: EncryptionContext): Uint8Array {
  const names = Object.keys(context);
  if (names.length === 0) return empty;
  const pairs = names.map((name) => pairOf(name, context[name] ?? ""));
  if (
    pairs.reduce((sum, { name, value }) => sum + name.length + value.length + 6, 1) > maxLengthBytes
  ) {
    throw invalid();
  }
  if (pairs.length > 1) pairs.sort((a, b) => Buffer.compare(a.name, b.name));
  return write(pairs);
}

interface Pair {
  readonly name: Buffer;
  readonly value: Buffer;
}

function pairOf(name: string, value: string): Pair {
  if (name === "" || value === "") throw invalid();
  // As UTF-8 all lone surrogates are the same three bytes, and two contexts would be one.
  if (!name.isWellFormed() || !value.isWellFormed()) throw invalid();
  return { name: Buffer.from(name, "utf8"), value: Buffer.from(value, "utf8") };
}

function write(pairs: readonly Pair[]): Buffer {
  const length = pairs.reduce((sum, { name, value }) => sum + 8 + name.length + value.length, 4);
  const bytes = Buffer.allocUnsafe(length);
  let offset = bytes.writeUInt32BE(pairs.length, 0);
  for (const { name, value } of pairs) {
    offset = bytes.writeUInt32BE(name.length, offset);
    offset += name.copy(bytes, offset);
    offset = bytes.writeUInt32BE(value.length, offset);
    offset += value.copy(bytes, offset);
  }
  return bytes;
}

function invalid(): KmsError {
  return new KmsError("ValidationException", "Invalid EncryptionContext");
}
