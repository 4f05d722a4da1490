/** What a JSON number may look like, and how large an integer may be. */

/** RFC 8259 section 6. */
export const numberSyntax = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

const integer = /^-?[0-9]+$/;
/** No integer of so few characters, its sign included, is beyond 64 bits. */
const surelyInt64 = 18;
/** A sign and the nineteen digits of 2^63. */
const longestInt64 = 20;

/** Whether a number is no integer beyond the 64 bits that AWS's types have. */
export function isInt64(text: string): boolean {
  if (text.length <= surelyInt64 || !integer.test(text)) return true;
  if (text.length > longestInt64) return false;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value;
}
