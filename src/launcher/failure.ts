/** Keyhaven cannot start or go on; the message is one line for the operator, without a secret. */
export class LaunchFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "LaunchFailure";
  }
}
