/** Why a policy document is refused, in words its author can act on. */
export type PolicyErrorReason = "malformed" | "too-large" | "invalid-principal";

/** A policy document that cannot be accepted. */
export class PolicyError extends Error {
  readonly reason: PolicyErrorReason;

  constructor(reason: PolicyErrorReason, message: string) {
    super(message);
    this.name = "PolicyError";
    this.reason = reason;
  }
}

/** The refusal of a document that breaks the grammar of the policy language. */
export function malformed(message: string): PolicyError {
  return new PolicyError("malformed", message);
}
