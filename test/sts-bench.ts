/** IAM and STS side by side on a bench, for whoever needs roles, users and sessions. */
import { iamService } from "../src/iam/service.ts";
import { stsService } from "../src/iam/sts/service.ts";
import { withSessions } from "../src/iam/sts/session-directory.ts";
import { accessKeyDirectory } from "../src/iam/access-key-directory.ts";
import type { AccessKeys } from "../src/service/access-keys.ts";
import type { Caller, RequestFacts } from "../src/service/caller.ts";
import type { JsonObject, QueryOutput } from "../src/service/service.ts";
import { ServiceError } from "../src/service/service-error.ts";
import { type IamBench, openIamBench } from "./iam-bench.ts";

export const accountId = "111122223333";
export const elsewhere = "444455556666";
export const facts: RequestFacts = {
  requestId: "1aef6713-0223-4ff7-9a6d-781360521930",
  receivedAtMs: Date.UTC(2030, 0, 2, 3, 4, 5),
  region: "us-east-1",
  sourceIp: "192.0.2.1",
  userAgent: "agent",
  host: "sts.example",
};

export interface StsBench extends IamBench {
  /** The time as the services see it; a test moves it. */
  nowMs: number;
  readonly accessKeys: AccessKeys;
  /** Asks IAM, as the root of an account. */
  iam(operation: string, input: JsonObject, account?: string): Promise<QueryOutput>;
  sts(operation: string, input: JsonObject, caller: Caller): Promise<QueryOutput>;
  /** A user with one policy that allows this; without any when it is left out. */
  user(name: string, allowed?: object, account?: string): Promise<Caller>;
  /** The ARN of a role that trusts whom its trust policy's statement says. */
  role(name: string, trust: object, account?: string): Promise<string>;
  /** The caller that the credentials of an answer speak for; nothing when they are not good. */
  sessionOf(output: QueryOutput): Promise<Caller | undefined>;
}

export async function openStsBench(): Promise<StsBench> {
  const bench = await openIamBench();
  const time = { nowMs: facts.receivedAtMs };
  const clock = () => time.nowMs;
  const iam = iamService({ ...bench, clock });
  const sts = stsService({ ...bench, clock });
  const accessKeys = withSessions(accessKeyDirectory(bench), bench);
  const askIam: StsBench["iam"] = async (operation, input, account = accountId) => {
    const call = { operation, version: "2010-05-08", input };
    return (await iam.answer(call, { caller: rootOf(account), facts })) ?? {};
  };
  return Object.assign(time, bench, {
    accessKeys,
    iam: askIam,
    async sts(operation: string, input: JsonObject, caller: Caller) {
      const call = { operation, version: "2011-06-15", input };
      return (await sts.answer(call, { caller, facts })) ?? {};
    },
    async user(UserName: string, allowed?: object, account = accountId) {
      const { User } = await askIam("CreateUser", { UserName }, account);
      const identityPolicies = allowed === undefined ? [] : [policyOf(allowed)];
      return userCaller(User as QueryOutput, account, identityPolicies);
    },
    async role(RoleName: string, trust: object, account = accountId) {
      const AssumeRolePolicyDocument = policyOf({ Action: "sts:*", ...trust });
      const { Role } = await askIam("CreateRole", { RoleName, AssumeRolePolicyDocument }, account);
      return (Role as { readonly Arn: string }).Arn;
    },
    async sessionOf(output: QueryOutput) {
      const { AccessKeyId: accessKeyId, SessionToken: sessionToken } = credentialsIn(output);
      const scope = { date: "20300102", region: "us-east-1", service: "sts" };
      const asked = { ...scope, accessKeyId, sessionToken };
      return (await accessKeys.findSigningCredential(asked))?.caller;
    },
  });
}

export interface SessionCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: Uint8Array;
  readonly SessionToken: string;
  readonly Expiration: Date;
}

export function credentialsIn({ Credentials }: QueryOutput): SessionCredentials {
  return Credentials as unknown as SessionCredentials;
}

/** A policy of one statement, which allows if it does not say otherwise. */
export function policyOf(statement: object): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", ...statement },
  });
}

export function rootOf(account: string): Caller {
  const arn = `arn:aws:iam::${account}:root`;
  return { type: "Root", accountId: account, arn, principalId: account };
}

/** What a call was refused with: status, code and message. Rejects when it was not. */
export async function refusalOf(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof ServiceError)) throw new Error("it was not refused", { cause: error });
  return `${error.status} ${error.code}: ${error.message}`;
}

function userCaller(
  user: QueryOutput,
  account: string,
  identityPolicies: readonly string[],
): Caller {
  const { Arn, UserId, UserName } = user as Record<"Arn" | "UserId" | "UserName", string>;
  return {
    type: "IAMUser",
    accountId: account,
    arn: Arn,
    principalId: UserId,
    userName: UserName,
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    identityPolicies,
  };
}
