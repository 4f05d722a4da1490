/**
 * NumericEquals and its kin. Numbers are compared as decimals of any length: as floats,
 * 9007199254740993 would equal 9007199254740992.
 */
import { compared } from "./family.ts";
import type { ConditionFamily } from "./family.ts";

/** sign × 0.digits × 10^exponent, where digits neither begin nor end with a zero. */
interface Decimal {
  readonly sign: -1 | 0 | 1;
  readonly digits: string;
  readonly exponent: number;
}

const decimalText = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?$/;

/** Takes what the comparison of the request's value with the policy's must come to. */
export function numeric(fits: (order: number) => boolean): ConditionFamily {
  return compared(readDecimal, (requested, stated) => fits(compareDecimals(requested, stated)));
}

function readDecimal(text: string): Decimal | undefined {
  const [, minus, whole = "", fraction = "", power = "0"] = decimalText.exec(text) ?? [];
  if (whole + fraction === "") return undefined;
  const all = whole + fraction;
  const leadingZeros = countZeros(all, 0, 1);
  const digits = all.slice(leadingZeros, all.length - countZeros(all, all.length - 1, -1));
  if (digits === "") return { sign: 0, digits, exponent: 0 };
  const exponent = whole.length - leadingZeros + Number(power);
  return { sign: minus === "-" ? -1 : 1, digits, exponent };
}

function countZeros(text: string, start: number, step: 1 | -1): number {
  let at = start;
  while (text[at] === "0") at += step;
  return Math.abs(at - start);
}

/** Below zero when a is less than b, above when it is more. */
function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.sign !== b.sign) return a.sign - b.sign;
  if (a.exponent !== b.exponent) return a.sign * (a.exponent - b.exponent);
  if (a.digits === b.digits) return 0;
  // Both begin right after the point, so the order of the digits is that of the numbers.
  return a.digits < b.digits ? -a.sign : a.sign;
}
