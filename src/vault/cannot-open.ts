/** The vault cannot be opened. The message is one line for the operator: what is wrong, and where. */
export class CannotOpen extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CannotOpen";
  }
}

/** The code of a system error, or whatever short name there is for it. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
