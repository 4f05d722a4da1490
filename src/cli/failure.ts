/** A command could not do its work; each line is for the user, and the exit code is 1. */
export class CommandFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CommandFailure";
  }
}

/** The command was called wrongly; one line for each thing that is wrong. The exit code is 2. */
export class UsageFailure extends Error {
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[]) {
    super(complaints.join("\n"));
    this.name = "UsageFailure";
    this.complaints = complaints;
  }
}
