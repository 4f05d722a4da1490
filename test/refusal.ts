import { ServiceError } from "../src/service/service-error.ts";

/** A refusal as the wire shows it: some have no message at all. */
export interface Refusal {
  readonly code: string;
  readonly message: string | undefined;
}

/** What a call was refused with. Rejects when it was answered, or failed without a refusal. */
export async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await attempt.then(
    () => new Error("the call was answered"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw error;
  const { code, message, messageMember } = error;
  return { code, message: messageMember === undefined ? undefined : message };
}
