/** What a PKCS#11 module answers, by the names of the specification (PKCS #11 v2.40, 2.1). */
import type { TokenFailure } from "../pkcs11-protocol/commands.ts";

const ok = 0x0;

/** A call that a module did not carry out, and what that means. */
export class TokenError extends Error {
  readonly failure: TokenFailure;

  constructor(failure: TokenFailure, detail: string) {
    super(detail);
    this.failure = failure;
  }
}

const failures: ReadonlyMap<number, TokenFailure> = new Map([
  [0x003, "token-missing"], // CKR_SLOT_ID_INVALID
  [0x040, "rejected"], // CKR_ENCRYPTED_DATA_INVALID
  [0x041, "rejected"], // CKR_ENCRYPTED_DATA_LEN_RANGE
  [0x060, "key-missing"], // CKR_KEY_HANDLE_INVALID
  [0x070, "token-unfit"], // CKR_MECHANISM_INVALID
  [0x082, "key-missing"], // CKR_OBJECT_HANDLE_INVALID
  [0x0a0, "pin-incorrect"], // CKR_PIN_INCORRECT
  [0x0a1, "pin-incorrect"], // CKR_PIN_INVALID
  [0x0a2, "pin-incorrect"], // CKR_PIN_LEN_RANGE
  [0x0a3, "pin-incorrect"], // CKR_PIN_EXPIRED
  [0x0a4, "user-locked"], // CKR_PIN_LOCKED
  [0x0b0, "logged-out"], // CKR_SESSION_CLOSED
  [0x0b3, "logged-out"], // CKR_SESSION_HANDLE_INVALID
  [0x0e0, "token-missing"], // CKR_TOKEN_NOT_PRESENT
  [0x101, "logged-out"], // CKR_USER_NOT_LOGGED_IN
  [0x102, "user-missing"], // CKR_USER_PIN_NOT_INITIALIZED
]);

/** Throws TokenError unless the module says that it was done. */
export function requireOk(returned: number, what: string): void {
  if (returned === ok) return;
  const failure = failures.get(returned) ?? "failed";
  throw new TokenError(failure, `${what} returned 0x${returned.toString(16)}`);
}
