/** CreatePolicy: a managed policy of the account, attached to nobody yet. */
import { iamError } from "../errors.ts";
import { policyMembers, policyResource } from "../managed-policy.ts";
import { accountOperation } from "../operation.ts";
import { policiesPerAccount } from "../quotas.ts";
import * as shape from "../shapes.ts";
import { requireManagedPolicy } from "../sound-policy.ts";
import { createUniqueId } from "../unique-id.ts";
import { folded } from "../user.ts";

interface Input {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
  readonly Path?: string;
  readonly Description?: string;
}

export const createPolicy = accountOperation<Input>({
  readOnly: false,
  unsupported: ["Tags"],
  input: {
    PolicyName: shape.policyName,
    PolicyDocument: shape.policyDocument,
    Path: shape.optional(shape.policyPath),
    Description: shape.optional(shape.policyDescription),
  },
  record: (input) => ({
    policyName: input.PolicyName,
    policyDocument: input.PolicyDocument,
    path: input.Path,
    description: input.Description,
  }),
  resource: ({ PolicyName, Path = "/" }) => policyResource({ policyName: PolicyName, path: Path }),

  async run({ input, accountId, store, clock, partition }) {
    requireManagedPolicy(input.PolicyDocument);
    const { PolicyName: policyName, PolicyDocument: document } = input;
    const foldedName = folded(policyName);
    if ((await store.findManagedPolicyNamed(accountId, foldedName)) !== undefined) {
      throw iamError(
        "EntityAlreadyExists",
        `A policy called ${policyName} already exists. Duplicate names are not allowed.`,
      );
    }
    const createdAtMs = clock();
    const record = {
      policyId: createUniqueId("ANPA"),
      accountId,
      policyName,
      foldedName,
      path: input.Path ?? "/",
      description: input.Description ?? null,
      defaultVersionId: "v1",
      versions: [{ versionId: "v1", document, createdAtMs }],
      versionsMade: 1,
      createdAtMs,
      updatedAtMs: createdAtMs,
      rowVersion: 1,
    };
    const Policy = policyMembers(record, { attached: 0, boundary: 0 }, partition);
    return {
      output: { Policy },
      changes: [
        { kind: "insert", table: "managedPolicies", record },
        policiesPerAccount(accountId),
      ],
      responseElements: { policy: { policyName, policyId: record.policyId } },
    };
  },
});
