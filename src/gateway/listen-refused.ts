/** A listener that cannot be opened as it is asked to be; one line says what to do about it. */
export class ListenRefused extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ListenRefused";
  }
}
