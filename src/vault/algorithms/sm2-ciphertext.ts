/**
 * The form of an SM2 ciphertext (GM/T 0009): SEQUENCE of the two coordinates of a point, an
 * SM3 digest and the encrypted bytes, in DER. OpenSSL reads more than that, trailing bytes
 * among it: then one ciphertext would have many forms.
 */

const tags = { integer: 0x02, octetString: 0x04, sequence: 0x30 } as const;
const coordinateBytes = 32;
const digestBytes = 32;

/** A member of a structure, and what follows it. */
interface Read {
  readonly contents: Buffer;
  readonly rest: Buffer;
}

/** The length in bytes of what was encrypted; nothing unless the form is right to the last byte. */
export function plaintextBytesOf(ciphertext: Buffer): number | undefined {
  const sequence = read(tags.sequence, ciphertext);
  const x = sequence && read(tags.integer, sequence.contents);
  const y = x && read(tags.integer, x.rest);
  const digest = y && read(tags.octetString, y.rest);
  const encrypted = digest && read(tags.octetString, digest.rest);
  if (encrypted === undefined) return undefined;
  const isWhole = sequence?.rest.length === 0 && encrypted.rest.length === 0;
  const isSound = isCoordinate(x?.contents) && isCoordinate(y?.contents);
  if (!isWhole || !isSound || digest?.contents.length !== digestBytes) return undefined;
  return encrypted.contents.length > 0 ? encrypted.contents.length : undefined;
}

/** One member with this tag and a length in its shortest form. */
function read(tag: number, bytes: Buffer): Read | undefined {
  if (bytes.length < 2 || bytes[0] !== tag) return undefined;
  const first = bytes.readUInt8(1);
  const lengthOctets = first < 0x80 ? 0 : first - 0x80;
  if (lengthOctets > 2 || bytes.length < 2 + lengthOctets) return undefined;
  if (first === 0x80) return undefined;
  const length = lengthOctets === 0 ? first : bytes.readUIntBE(2, lengthOctets);
  const isShortest = lengthOctets === 0 || length >= (lengthOctets === 1 ? 0x80 : 0x100);
  const start = 2 + lengthOctets;
  if (!isShortest || bytes.length < start + length) return undefined;
  return { contents: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

/** A number that is not negative, of no more bytes than it needs. */
function isCoordinate(integer: Buffer | undefined): boolean {
  const [first, second = 0x80] = integer ?? [];
  if (integer === undefined || first === undefined || first >= 0x80) return false;
  const needless = first === 0 && integer.length > 1 && second < 0x80;
  return !needless && integer.length <= (first === 0 ? coordinateBytes + 1 : coordinateBytes);
}
