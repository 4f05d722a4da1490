/** The one key derivation function of the vault: SP 800-108r1 in counter mode with HMAC-SHA-256. */
import { type HmacKey, padBytes } from "./hmac-key.ts";
import { newSecret } from "./secret-bytes.ts";

const digestBytes = 32;
const counterBytes = 4;
const maximumFixedInputBytes = 1_024;
const maximumOutputBytes = 1_024;

const frame = newSecret(padBytes + counterBytes + maximumFixedInputBytes);

/** What a key is derived for. Each label of the vault is for one use only. */
export class Label {
  /** The text and the zero that ends it. */
  readonly bytes: Buffer;

  /** Takes printable ASCII, so that no label can contain the zero that ends it. */
  constructor(text: string) {
    if (!/^[\x21-\x7e]{1,100}$/.test(text)) throw new Error("a label is printable ASCII");
    this.bytes = Buffer.from(`${text}\0`, "latin1");
  }
}

/** Derives `into.length` bytes from a key for one label and one context. */
export function deriveInto(
  into: Uint8Array,
  key: HmacKey,
  label: Label,
  context: Uint8Array,
): void {
  const length = label.bytes.length + context.length + counterBytes;
  if (length > maximumFixedInputBytes) throw new Error("context too long to derive from");
  const start = padBytes + counterBytes;
  frame.set(label.bytes, start);
  frame.set(context, start + label.bytes.length);
  frame.writeUInt32BE(into.length * 8, start + length - counterBytes);
  expandFrame(into, key, start + length);
}

/** The function before its input is given a shape; the published vectors are for this one. */
export function expandInto(into: Uint8Array, key: HmacKey, fixedInput: Uint8Array): void {
  if (fixedInput.length > maximumFixedInputBytes) throw new Error("input too long");
  const start = padBytes + counterBytes;
  frame.set(fixedInput, start);
  expandFrame(into, key, start + fixedInput.length);
}

function expandFrame(into: Uint8Array, key: HmacKey, end: number): void {
  if (into.length > maximumOutputBytes) throw new Error("too much to derive");
  const framed = frame.subarray(0, end);
  for (let at = 0, counter = 1; at < into.length; at += digestBytes, counter++) {
    framed.writeUInt32BE(counter, padBytes);
    if (into.length - at >= digestBytes) key.macFramed(framed, into, at);
    else finishInto(into.subarray(at), key, framed);
  }
  framed.fill(0);
}

/** The last piece, when less than a whole digest of it is wanted. */
function finishInto(into: Uint8Array, key: HmacKey, framed: Uint8Array): void {
  const whole = newSecret(digestBytes);
  key.macFramed(framed, whole, 0);
  into.set(whole.subarray(0, into.length));
  whole.fill(0);
}
