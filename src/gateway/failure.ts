import type { ServiceError } from "../service/service-error.ts";
import type { OperatorLog } from "./wire.ts";

/**
 * Tells operators what the caller is not told: why a request could not be answered, under
 * the request id that the caller was given.
 */
export function logFailure(
  { code, cause }: ServiceError,
  request: { readonly requestId: string; readonly operation: string | undefined },
  log: OperatorLog,
): void {
  log.error({ ...request, code, stack: stackOf(cause) }, "a request could not be answered");
}

/** With the stacks of what caused it. */
function stackOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = stackOf(error.cause);
  return cause === undefined ? error.stack : `${error.stack}\ncaused by ${cause}`;
}
