import type { Caller } from "../../../service/caller.ts";
import type { QueryOutput } from "../../../service/service.ts";

/**
 * AWS STS, "GetCallerIdentity": whoever can sign may ask, and no policy can forbid it. The
 * members stand in AWS's order, which some readers of the XML go by.
 */
export function getCallerIdentity(caller: Caller): QueryOutput {
  return { Arn: caller.arn, UserId: caller.principalId, Account: caller.accountId };
}
