/**
 * A refusal the caller is meant to see. Every other thrown value is a defect: the
 * corridor logs it under the request id and answers with an internal error.
 */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Some AWS errors carry no message member at all, and one spells it "Message". */
  readonly messageMember: "message" | "Message" | undefined;

  constructor(
    code: string,
    status: number,
    message: string | undefined,
    options: { messageMember?: "message" | "Message"; cause?: unknown } = {},
  ) {
    super(message ?? "", { cause: options.cause });
    this.name = code;
    this.code = code;
    this.status = status;
    this.messageMember = message === undefined ? undefined : (options.messageMember ?? "message");
  }
}
