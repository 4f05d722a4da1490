/** What an operation on a managed policy says of itself. */
import type { ManagedPolicyRecord } from "../store/records.ts";
import { requirePolicyArn } from "./find-policy.ts";
import { type Common, type IamOperation, operationAbout, type Run } from "./operation.ts";

interface ForPolicy<Input extends { readonly PolicyArn: string }> extends Common<Input> {
  readonly run: Run<Input, { readonly policy: ManagedPolicyRecord; readonly accountId: string }>;
}

/** An operation on a managed policy that is there. Those of AWS's are only read. */
export function policyOperation<Input extends { readonly PolicyArn: string }>(
  definition: ForPolicy<Input>,
): IamOperation {
  return operationAbout(definition, (input) => {
    requirePolicyArn(input.PolicyArn);
    return {
      policyArn: input.PolicyArn,
      async run({ policy, ...given }) {
        if (policy === undefined) throw new Error("the call is about no policy");
        return await definition.run({ ...given, input, policy });
      },
    };
  });
}
