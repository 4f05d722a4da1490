/** What an operation of IAM says of itself. The corridor does the rest. */
import type { Clock } from "../lib/clock.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { JsonObject, QueryOutput } from "../service/service.ts";
import type { GroupRecord, ManagedPolicyRecord, RoleRecord, UserRecord } from "../store/records.ts";
import type { Change } from "../store/store.ts";
import type { AccountStore } from "./account-store.ts";
import { iamError } from "./errors.ts";
import { checkInput, type Shapes } from "./shapes.ts";
import type { ConditionFacts } from "./tag-conditions.ts";
import { userResource } from "./user.ts";

/** Whom a call is about: a user, or the root identity of the account. */
export interface Subject {
  readonly accountId: string;
  /** Missing for the root identity. */
  readonly user: UserRecord | undefined;
  readonly arn: string;
}

/** What an operation may reach while it runs. It reads; its changes are made by the corridor. */
export interface Desk {
  readonly store: Omit<AccountStore, "commit" | "settle" | "listAccounts" | "listAccessKeys">;
  readonly secretAccessKeys: SecretAccessKeys;
  readonly clock: Clock;
  /** Of all ARNs of IAM: one, or a caller could choose what a resource is called. */
  readonly partition: string;
}

/** What an operation comes to. Nothing of it has happened yet. */
export interface Outcome {
  readonly output?: QueryOutput;
  /** Committed with the record of the call, or not at all. */
  readonly changes?: readonly Change[];
  /** For the trail: never a secret. */
  readonly responseElements?: Readonly<Record<string, unknown>>;
  /** A secret in the output, to be wiped should the answer not leave. */
  readonly secret?: Uint8Array;
}

/** May be run again when another change came first: it decides from what it reads. */
export type Run<Input, Given> = (
  call: { readonly input: Input } & Given & Desk,
) => Promise<Outcome>;

export interface Common<Input> {
  readonly readOnly: boolean;
  readonly input: Shapes<Input>;
  /** What the trail may remember of the request. */
  readonly record: (input: Input) => Readonly<Record<string, unknown>> | null;
  /** Members of AWS's that would limit what is made: without them it would not be what was asked for. */
  readonly unsupported?: readonly string[];
  /** What a policy may ask of the request. */
  readonly conditions?: (input: Input) => ConditionFacts;
  /** A policy may ask for the boundary of the user or role as it is. */
  readonly tellsBoundary?: true;
}

interface ForAccount<Input> extends Common<Input> {
  /** What a policy calls the thing that is asked for, after the account's number. */
  readonly resource: (input: Input) => string;
  /** Operations of IAM's that the caller must be allowed as well, for the same resource. */
  readonly alsoNeeds?: (input: Input) => readonly string[];
  readonly run: Run<Input, { readonly accountId: string }>;
}

interface ForSubject<Input extends { readonly UserName?: string }> extends Common<Input> {
  readonly run: Run<Input, { readonly subject: Subject }>;
  /** What the user will be called afterwards, as a resource: that has to be allowed as well. */
  readonly becomes?: (input: Input, user: UserRecord) => string;
}

interface ForRole<Input extends { readonly RoleName: string }> extends Common<Input> {
  readonly run: Run<Input, { readonly role: RoleRecord }>;
}

/** A request whose shape is right. */
export interface CheckedCall {
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  /**
   * Either the resource, or the name of the role, of the group or of the user, or the ARN of
   * the managed policy; without all of them, the caller.
   */
  readonly resource?: string;
  readonly policyArn?: string;
  readonly groupName?: string;
  readonly roleName?: string;
  readonly userName?: string;
  readonly conditions?: ConditionFacts;
  readonly alsoNeeds?: readonly string[];
  readonly tellsBoundary?: true;
  readonly becomes?: (user: UserRecord) => string;
  readonly groupBecomes?: (group: GroupRecord) => string;
  /** With the account for a resource, with what was named for everything else. */
  readonly run: (
    given: {
      readonly accountId: string;
      readonly role?: RoleRecord;
      readonly group?: GroupRecord;
      readonly policy?: ManagedPolicyRecord;
      readonly subject?: Subject;
    } & Desk,
  ) => Promise<Outcome>;
}

export interface IamOperation {
  readonly readOnly: boolean;
  /** Throws a ValidationError when the input is not of the right shape. */
  readonly check: (input: JsonObject) => CheckedCall;
}

/** Refuses with ValidationError members of AWS's that would have been left out otherwise. */
export function refuseUnsupported(
  { unsupported = [] }: { readonly unsupported?: readonly string[] },
  sent: JsonObject,
): void {
  const member = unsupported.find((name) => sent[name] !== undefined);
  if (member === undefined) return;
  throw iamError("ValidationError", `Keyhaven does not support ${member} yet.`);
}

/** The user of an operation whose input must name one. */
export function namedUser({ user }: Subject): UserRecord {
  if (user === undefined) throw new Error("the call is about no user");
  return user;
}

/** What the kinds of operations share: a request is read, then it is said what it is about. */
export function operationAbout<Input>(
  definition: Common<Input>,
  about: (input: Input) => Omit<CheckedCall, "requestParameters" | "conditions" | "tellsBoundary">,
): IamOperation {
  const { readOnly, record, conditions, tellsBoundary } = definition;
  return {
    readOnly,
    check(sent) {
      refuseUnsupported(definition, sent);
      const input = checkInput(definition.input, sent);
      return {
        ...about(input),
        requestParameters: record(input),
        ...(conditions === undefined ? {} : { conditions: conditions(input) }),
        ...(tellsBoundary === undefined ? {} : { tellsBoundary }),
      };
    },
  };
}

/** An operation on the account as a whole, or on what is not there yet. */
export function accountOperation<Input>(definition: ForAccount<Input>): IamOperation {
  return operationAbout(definition, (input) => ({
    resource: definition.resource(input),
    alsoNeeds: definition.alsoNeeds?.(input) ?? [],
    run: async (given) => await definition.run({ ...given, input }),
  }));
}

/** An operation on a role that is there. */
export function roleOperation<Input extends { readonly RoleName: string }>(
  definition: ForRole<Input>,
): IamOperation {
  return operationAbout(definition, (input) => ({
    roleName: input.RoleName,
    async run({ role, ...given }) {
      if (role === undefined) throw new Error("the call is about no role");
      return await definition.run({ ...given, input, role });
    },
  }));
}

/** An operation on a user that is there, or on the caller when none is named. */
export function userOperation<Input extends { readonly UserName?: string }>(
  definition: ForSubject<Input>,
): IamOperation {
  const { becomes } = definition;
  return operationAbout(definition, (input) => ({
    ...(input.UserName === undefined ? {} : { userName: input.UserName }),
    becomes: (user) => becomes?.(input, user) ?? userResource(user),
    async run({ subject, ...given }) {
      if (subject === undefined) throw new Error("the call is about nobody");
      return await definition.run({ ...given, input, subject });
    },
  }));
}
