/** CreateGrant: lets a principal use a key, beside what its policy says. In force at once. */
import { randomBytes } from "node:crypto";
import type { GrantConstraints } from "@aws-sdk/client-kms";
import type { GrantRecord } from "../../../store/records.ts";
import type { Output } from "../../contract.ts";
import { constraintConditions, grantConditions } from "../../grant-conditions.ts";
import { chooseContextKey } from "../../grant-context-keys.ts";
import { grantOperations } from "../../grant-operations.ts";
import { requireKeptName, requirePrincipalArn } from "../../grant-principals.ts";
import {
  granteeOf,
  type GrantRequest,
  requestHash,
  requireFittingGrant,
  requireSoundGrant,
  retiringOf,
  termsOf,
} from "../../grant-request.ts";
import { sealGrantToken } from "../../grant-tokens.ts";
import { type KeyCall, keyOperation } from "../../operation.ts";
import { grantQuota } from "../../quotas.ts";
import { recordedConstraints } from "../../recorded-grants.ts";
import * as shape from "../../shapes.ts";

export const createGrant = keyOperation("CreateGrant", {
  input: {
    KeyId: shape.keyReference,
    GranteePrincipal: shape.optional(shape.principal),
    RetiringPrincipal: shape.optional(shape.principal),
    Operations: shape.listOf(shape.oneOf(grantOperations)),
    Constraints: shape.optional(
      shape.structure<GrantConstraints>({
        EncryptionContextSubset: shape.optional(shape.encryptionContext),
        EncryptionContextEquals: shape.optional(shape.encryptionContext),
        SourceArn: shape.optional(shape.sourceArn),
      }),
    ),
    GrantTokens: shape.optional(shape.grantTokens),
    Name: shape.optional(shape.grantName),
    DryRun: shape.optional(shape.flag),
    GranteeServicePrincipal: shape.optional(shape.servicePrincipal),
    RetiringServicePrincipal: shape.optional(shape.servicePrincipal),
  },
  readOnly: false,
  validate: requireSoundGrant,
  uses: [
    {
      action: "CreateGrant",
      reference: ({ KeyId }) => KeyId,
      acceptsAlias: false,
      state: "not disabled",
      conditions: (input) => ({
        ...grantConditions(input),
        ...constraintConditions(termsOf(input).constraints),
      }),
      grantTerms: termsOf,
      check(input, key) {
        requirePrincipalArn(input.GranteePrincipal, key.region);
        requirePrincipalArn(input.RetiringPrincipal, key.region);
        requireFittingGrant(input, key);
      },
    },
  ],

  precondition: async (call) => void (await keptRequest(call)),
  async run(call) {
    const { key } = call;
    const request = await keptRequest(call);
    const before = await findSame(request, call);
    const grant = before ?? (await newGrant(request, call));
    const insert = { kind: "insert", table: "grants", record: grant } as const;
    const { grantId } = grant;
    const output: Output<"CreateGrant"> = {
      GrantToken: await sealGrantToken(grant, call),
      GrantId: grantId,
    };
    return {
      output,
      changes: before === undefined ? [insert, grantQuota(key)] : [],
      responseElements: { grantId, keyId: key.arn },
    };
  },

  record: (input) => ({
    keyId: input.KeyId,
    operations: input.Operations,
    granteePrincipal: input.GranteePrincipal,
    granteeServicePrincipal: input.GranteeServicePrincipal,
    retiringPrincipal: input.RetiringPrincipal,
    retiringServicePrincipal: input.RetiringServicePrincipal,
    constraints: recordedConstraints(input.Constraints),
    name: input.Name,
    dryRun: input.DryRun,
  }),
});

/** What is asked for, with the principals by the names under which a grant keeps them. */
async function keptRequest({ input, identities }: KeyCall<"CreateGrant">): Promise<GrantRequest> {
  const { GranteePrincipal, RetiringPrincipal } = input;
  return {
    ...input,
    GranteePrincipal: await requireKeptName(GranteePrincipal, identities),
    RetiringPrincipal: await requireKeptName(RetiringPrincipal, identities),
  };
}

/** The grant that was made when the same was asked for before, under the same name. */
async function findSame(request: GrantRequest, { key, caller, store }: KeyCall<"CreateGrant">) {
  const hash = requestHash(request, caller.accountId);
  return hash === null ? undefined : await store.findGrantByRequest(key, hash);
}

async function newGrant(
  request: GrantRequest,
  { key, caller, store, nowMs }: KeyCall<"CreateGrant">,
): Promise<GrantRecord> {
  const { accountId, region, keyId } = key;
  const grantee = granteeOf(request);
  const terms = termsOf(request);
  return {
    accountId,
    region,
    keyId,
    grantId: randomBytes(32).toString("hex"),
    grantee,
    retiring: retiringOf(request),
    issuer: caller.accountId,
    name: request.Name ?? "",
    ...terms,
    contextKey: await chooseContextKey(terms.constraints, { key, grantee }, store),
    requestHash: requestHash(request, caller.accountId),
    createdAtMs: nowMs,
  };
}
