/** What was read, or was to be written, is not a frame of this protocol. */
export class Malformed extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Malformed";
  }
}
