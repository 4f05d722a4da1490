/**
 * GetCallerIdentity: whoever can sign may ask, and no policy can forbid it. The members
 * stand in AWS's order, which some readers of the XML go by.
 */
import { stsOperation } from "../operation.ts";

export const getCallerIdentity = stsOperation<object>({
  input: {},
  record: () => null,
  run: ({ caller }) => ({
    output: { Arn: caller.arn, UserId: caller.principalId, Account: caller.accountId },
  }),
});
