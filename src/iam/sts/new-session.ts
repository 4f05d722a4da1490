/** The credentials of a new session, which nothing is stored of: its token says it all. */
import { createAccessKeyId } from "../../lib/access-key-id.ts";
import { usDate } from "../../lib/us-date.ts";
import { wipe } from "../../lib/wipe.ts";
import type { RoleRecord } from "../../store/records.ts";
import { roleResource, sessionArn } from "../role.ts";
import { iamArn } from "../user.ts";
import type { StsDesk, StsOutcome } from "./operation.ts";
import { encodeSession, packedPercent, type Session, type SessionLimits } from "./session.ts";

type NewSession = Omit<Session, "wrappedSecret">;

/** Makes them, in the members of the STS API Reference. The secret is whoever asked's to wipe. */
export async function newSession(
  session: NewSession,
  role: RoleRecord,
  desk: StsDesk,
): Promise<StsOutcome> {
  const { accountId } = role;
  const accessKeyId = createAccessKeyId(accountId, "ASIA");
  const facts = { accountId, accessKeyId };
  const { secretAccessKey, wrapped } = await desk.secretAccessKeys.create(facts);
  try {
    const sealed = encodeSession({ ...session, wrappedSecret: wrapped });
    const sessionToken = await desk.sessionTokens.seal(accessKeyId, sealed);
    return outcomeOf({ session, role, accessKeyId, secretAccessKey, sessionToken }, desk);
  } catch (error) {
    wipe(secretAccessKey);
    throw error;
  }
}

interface Made {
  readonly session: NewSession;
  readonly role: RoleRecord;
  readonly accessKeyId: string;
  readonly secretAccessKey: Uint8Array;
  readonly sessionToken: string;
}

/** In the trail the access key id stands for the session: its token is a secret, too. */
function outcomeOf(made: Made, { partition }: StsDesk): StsOutcome {
  const { session, role, accessKeyId, secretAccessKey, sessionToken } = made;
  const { name, expiresAtMs, limits, sourceIdentity } = session;
  const { accountId } = role;
  const arn = sessionArn(role, name, partition);
  const assumedRoleId = `${role.roleId}:${name}`;
  const packedPolicySize = isLimited(limits) ? packedPercent(limits) : undefined;
  return {
    output: {
      SourceIdentity: sourceIdentity,
      AssumedRoleUser: { AssumedRoleId: assumedRoleId, Arn: arn },
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: new Date(expiresAtMs),
      },
      PackedPolicySize: packedPolicySize,
    },
    responseElements: {
      credentials: { accessKeyId, expiration: usDate(expiresAtMs) },
      assumedRoleUser: { assumedRoleId, arn },
      packedPolicySize,
      sourceIdentity,
    },
    resources: [
      { accountId, type: "AWS::IAM::Role", ARN: iamArn(partition, accountId, roleResource(role)) },
    ],
    secret: secretAccessKey,
  };
}

function isLimited({ policy, tags }: SessionLimits): boolean {
  return policy !== undefined || tags.length > 0;
}
