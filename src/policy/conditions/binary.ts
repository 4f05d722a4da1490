/** BinaryEquals: base64 on both sides (RFC 4648, section 4), compared as bytes. */
import { compared } from "./family.ts";
import type { ConditionFamily } from "./family.ts";

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A request value that is not base64 fits nothing. */
export const binaryEquals: ConditionFamily = compared(
  readBase64,
  (requested, stated) => requested === stated,
);

/** The bytes, one character each. */
function readBase64(text: string): string | undefined {
  return text.length % 4 === 0 && base64.test(text) ? atob(text) : undefined;
}
