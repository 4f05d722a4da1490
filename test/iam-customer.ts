/** A customer of IAM on a bench: calls as the root identity of an account, or as a user in it. */
import type { Caller, RequestFacts } from "../src/service/caller.ts";
import { ServiceError } from "../src/service/service-error.ts";
import type { JsonObject, QueryOutput, QueryService } from "../src/service/service.ts";
import { accessKeyDirectory } from "../src/iam/access-key-directory.ts";
import { iamService } from "../src/iam/service.ts";
import { type IamBench, openIamBench } from "./iam-bench.ts";

const accountId = "111122223333";
export const nowMs = Date.UTC(2030, 0, 2, 3, 4, 5);
const root: Caller = {
  type: "Root",
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  principalId: accountId,
};
const iamFacts: RequestFacts = {
  requestId: "1aef6713-0223-4ff7-9a6d-781360521930",
  receivedAtMs: nowMs,
  region: "us-east-1",
  sourceIp: "192.0.2.1",
  userAgent: "agent",
  host: "iam.example",
};

export interface IamCustomer {
  readonly bench: IamBench;
  readonly accountId: string;
  reset(): Promise<void>;
  close(): Promise<void>;
  call(operation: string, input?: JsonObject, caller?: Caller): Promise<QueryOutput>;
  /** The refusal of a call, which must be on record: its status, code and message. */
  refused(operation: string, input: JsonObject, caller?: Caller): Promise<string>;
  /** Another user, and an access key for it. */
  newUser(UserName: string, more?: JsonObject): Promise<string>;
  /** Who an access key proves the caller to be at this moment. */
  callerWith(accessKeyId: string): Promise<Caller>;
}

export async function openIamCustomer(): Promise<IamCustomer> {
  const bench = await openIamBench();
  const service: QueryService = iamService({ ...bench, clock: () => nowMs });
  const call: IamCustomer["call"] = async (operation, input = {}, caller = root) => {
    const asked = { operation, version: "2010-05-08", input };
    return (await service.answer(asked, { caller, facts: iamFacts })) ?? {};
  };
  return {
    bench,
    accountId,
    call,
    async reset() {
      await bench.reset();
      const record = { accountId, name: "one", createdAtMs: 1_000, rowVersion: 1 };
      await bench.store.commit([{ kind: "insert", table: "accounts", record }]);
    },
    close: async () => await bench.close(),
    async refused(...asked) {
      const error: unknown = await call(...asked).catch((reason: unknown) => reason);
      if (!(error instanceof ServiceError)) {
        throw new Error("it was not refused", { cause: error });
      }
      const { errorCode, errorMessage } = (await bench.records()).at(-1) ?? {};
      if (errorCode !== error.code || errorMessage !== error.message) {
        throw new Error("the refusal is not on record", { cause: error });
      }
      return `${error.status} ${error.code}: ${error.message}`;
    },
    async newUser(UserName, more = {}) {
      await call("CreateUser", { UserName, ...more });
      const { AccessKey } = await call("CreateAccessKey", { UserName });
      return (AccessKey as { readonly AccessKeyId: string }).AccessKeyId;
    },
    async callerWith(accessKeyId) {
      const scope = { accessKeyId, date: "20300102", region: "us-east-1", service: "iam" };
      const credential = await accessKeyDirectory(bench).findSigningCredential(scope);
      if (credential === undefined) throw new Error("the access key is unknown");
      return credential.caller;
    },
  };
}

/** A policy document of these statements. */
export function policyOf(...Statement: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** A statement about everything. */
export function statement(Effect: "Allow" | "Deny", Action: string | readonly string[]): object {
  return { Effect, Action, Resource: "*" };
}
