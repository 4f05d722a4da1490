/** An attestation document that proves nothing. The message completes "the document is refused: …". */
export class UnsoundDocument extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnsoundDocument";
  }
}
