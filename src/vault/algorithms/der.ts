/** Writing DER (ITU-T X.690), as much of it as the vault has to write. */

const tags = { integer: 0x02, octetString: 0x04, sequence: 0x30, set: 0x31 } as const;

export const derNull = Buffer.of(0x05, 0x00);

/** An object identifier, from its contents in hexadecimal. */
export function derOid(contents: string): Buffer {
  return tagged(0x06, Buffer.from(contents, "hex"));
}

/** Of a number below 128. */
export function derInteger(value: number): Buffer {
  return tagged(tags.integer, Buffer.of(value));
}

export function derOctets(bytes: Uint8Array): Buffer {
  return tagged(tags.octetString, bytes);
}

export function derSequence(...members: readonly Uint8Array[]): Buffer {
  return tagged(tags.sequence, ...members);
}

export function derSet(...members: readonly Uint8Array[]): Buffer {
  return tagged(tags.set, ...members);
}

/** A value with an explicit tag of its context. */
export function derExplicit(number: number, value: Uint8Array): Buffer {
  return tagged(0xa0 + number, value);
}

/** Octets with a tag of their context in place of their own. */
export function derImplicitOctets(number: number, bytes: Uint8Array): Buffer {
  return tagged(0x80 + number, bytes);
}

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(tag), lengthOctets(length), ...contents]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  return Buffer.of(0x82, length >> 8, length & 0xff);
}
