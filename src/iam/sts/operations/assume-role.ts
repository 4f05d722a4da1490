/** AssumeRole: credentials for a session of a role, to those whom the role trusts. */
import { parseArn } from "../../../lib/arn.ts";
import type { Caller, RoleSession, SessionTag } from "../../../service/caller.ts";
import type { RoleRecord } from "../../../store/records.ts";
import { roleResource } from "../../role.ts";
import { optional } from "../../shapes.ts";
import { requireSoundPolicy } from "../../sound-policy.ts";
import { tagKeyList, tagList } from "../../tags.ts";
import { folded, iamArn } from "../../user.ts";
import { stsError } from "../errors.ts";
import { newSession } from "../new-session.ts";
import { type StsDesk, stsOperation } from "../operation.ts";
import { requireTrust } from "../require-trust.ts";
import { packedPercent, type SessionLimits } from "../session.ts";
import { sessionTags } from "../session-tags.ts";
import * as shape from "../shapes.ts";

interface Input {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds?: number;
  readonly ExternalId?: string;
  readonly Policy?: string;
  readonly SourceIdentity?: string;
  readonly Tags?: readonly SessionTag[];
  readonly TransitiveTagKeys?: readonly string[];
  readonly SerialNumber?: string;
  readonly TokenCode?: string;
}

const defaultDurationSeconds = 3_600;
/** Of a session that is made from another one (IAM User Guide, "Role chaining"). */
const chainedDurationSeconds = 3_600;

export const assumeRole = stsOperation<Input>({
  unsupported: ["PolicyArns", "ProvidedContexts"],
  input: {
    RoleArn: shape.roleArn,
    RoleSessionName: shape.sessionName,
    DurationSeconds: shape.durationSeconds,
    ExternalId: optional(shape.externalId),
    Policy: optional(shape.sessionPolicy),
    SourceIdentity: optional(shape.sourceIdentity),
    Tags: tagList,
    TransitiveTagKeys: tagKeyList,
    SerialNumber: optional(shape.serialNumber),
    TokenCode: optional(shape.tokenCode),
  },

  record: (input, { caller: { session } }) => ({
    roleArn: input.RoleArn,
    roleSessionName: input.RoleSessionName,
    durationSeconds: input.DurationSeconds,
    externalId: input.ExternalId,
    policy: input.Policy,
    sourceIdentity: input.SourceIdentity,
    tags: input.Tags?.map(({ TagKey: key, TagValue: value }) => ({ key, value })),
    transitiveTagKeys: input.TransitiveTagKeys,
    incomingTransitiveTags: incomingTags(session),
  }),

  async run({ input, caller, facts, ...desk }) {
    if (caller.type === "Root") {
      throw stsError("AccessDenied", "Roles may not be assumed by root accounts.");
    }
    requireNoMfa(input);
    const { session: own } = caller;
    const nowMs = desk.clock();
    const limits = limitsOf(input, own);
    const identity = sourceIdentityOf(input, caller);
    const asked = {
      roleArn: input.RoleArn,
      role: await findRole(input.RoleArn, desk),
      sessionName: input.RoleSessionName,
      externalId: input.ExternalId,
      tags: input.Tags ?? [],
      transitiveTagKeys: input.TransitiveTagKeys ?? [],
      isTagged: limits.tags.length > 0,
      ...identity,
    };
    const role = requireTrust(asked, { caller, facts }, nowMs);
    const issuedAtMs = Math.floor(nowMs / 1_000) * 1_000;
    const expiresAtMs = issuedAtMs + durationOf(input, role, own) * 1_000;
    const { roleId } = role;
    const name = input.RoleSessionName;
    const session = { roleId, name, issuedAtMs, expiresAtMs, limits, ...identity };
    return await newSession(session, role, desk);
  },
});

/** No MFA device can be registered, so no code is one of any. */
function requireNoMfa({ SerialNumber, TokenCode }: Input): void {
  if (SerialNumber === undefined && TokenCode === undefined) return;
  throw stsError(
    "AccessDenied",
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA " +
      "serial number is valid and associated with this user.",
  );
}

function limitsOf(input: Input, own: RoleSession | undefined): SessionLimits {
  const { Policy: policy } = input;
  if (policy !== undefined) requireSoundPolicy(policy, "with-tags");
  const limits = { ...sessionTags(input, own), ...(policy === undefined ? {} : { policy }) };
  const percent = packedPercent(limits);
  if (percent <= 100) return limits;
  throw stsError(
    "PackedPolicyTooLarge",
    `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`,
  );
}

/** It outlives the session it was given to, and nobody can give another. */
function sourceIdentityOf(
  { SourceIdentity: asked, RoleArn }: Input,
  { arn, session }: Pick<Caller, "arn" | "session">,
): { readonly sourceIdentity?: string } {
  const inherited = session?.sourceIdentity;
  if (inherited !== undefined && asked !== undefined && asked !== inherited) {
    throw stsError(
      "AccessDenied",
      `User: ${arn} is not authorized to perform: sts:SetSourceIdentity on resource: ${RoleArn}`,
    );
  }
  const sourceIdentity = asked ?? inherited;
  return sourceIdentity === undefined ? {} : { sourceIdentity };
}

/** The role of just this ARN. Refuses what is no role's ARN with a ValidationError. */
async function findRole(
  text: string,
  { store, partition }: StsDesk,
): Promise<RoleRecord | undefined> {
  const arn = parseArn(text);
  const isRole = arn?.service === "iam" && arn.region === "" && /^\d{12}$/.test(arn.accountId);
  if (!isRole || !arn.resource.startsWith("role/")) {
    throw stsError("ValidationError", `${text} is invalid`);
  }
  const name = arn.resource.split("/").at(-1) ?? "";
  const role = await store.findRoleNamed(arn.accountId, folded(name));
  if (role === undefined) return undefined;
  return iamArn(partition, role.accountId, roleResource(role)) === text ? role : undefined;
}

function durationOf(
  { DurationSeconds }: Input,
  { maxSessionSeconds }: RoleRecord,
  own: RoleSession | undefined,
): number {
  const seconds = DurationSeconds ?? defaultDurationSeconds;
  if (own !== undefined && seconds > chainedDurationSeconds) {
    throw stsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by " +
        "role chaining.",
    );
  }
  if (seconds <= maxSessionSeconds) return seconds;
  throw stsError(
    "ValidationError",
    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
  );
}

function incomingTags(own: RoleSession | undefined): Readonly<Record<string, string>> | undefined {
  if (own === undefined || own.transitiveTags.length === 0) return undefined;
  return Object.fromEntries(own.transitiveTags.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
}
