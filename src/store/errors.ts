/** A store that will not be opened. The message is one line for the operator. */
export class StoreRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreRefused";
  }
}

/** Too many commits are waiting. Nothing has happened; the caller may try again later. */
export class StoreBusy extends Error {
  constructor() {
    super("too many commits are waiting");
    this.name = "StoreBusy";
  }
}

/**
 * The store cannot do what it was asked: it is closed, its disk is full, or its writer
 * has failed. After a failure of the writer it is not known whether the commits that
 * were under way are on disk; none of them was acknowledged.
 */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreUnavailable";
  }
}
