/**
 * How a call to IAM is answered, in order: is it well-formed, whom is it about, may the
 * caller, what would it change, make the change and its record durable together, answer.
 * An operation file fills in the steps, it never rearranges them.
 */
import { wipe } from "../lib/wipe.ts";
import { ServiceError } from "../service/service-error.ts";
import type { Caller } from "../service/caller.ts";
import type { Authenticated, QueryCall, QueryOutput } from "../service/service.ts";
import type { CallEvent, Trail } from "../service/trail.ts";
import { LimitReached } from "../store/store.ts";
import type { AccountStore } from "./account-store.ts";
import { authorize } from "./authorize.ts";
import { carryOut, putOnRecord, type Settled } from "./carry-out.ts";
import { iamError, noSuchGroup, noSuchRole, noSuchUser } from "./errors.ts";
import { boundaryArn, boundaryConditions } from "./boundary.ts";
import { requirePolicy } from "./find-policy.ts";
import { groupResource } from "./group.ts";
import { requireOwnPolicy } from "./managed-policy.ts";
import type { CheckedCall, Desk, IamOperation, Outcome, Subject } from "./operation.ts";
import { quotaReached } from "./quotas.ts";
import { roleResource } from "./role.ts";
import { type ConditionFacts, resourceTagConditions } from "./tag-conditions.ts";
import { folded, iamArn, userResource } from "./user.ts";

export interface IamParts extends Omit<Desk, "store"> {
  readonly store: AccountStore;
  readonly trail: Trail;
}

interface NamedOperation {
  readonly name: string;
  readonly operation: IamOperation;
}

/** Rejects with a ServiceError for a refusal, which is on record by then. */
export async function answerIam(
  named: NamedOperation,
  call: QueryCall,
  by: Authenticated,
  parts: IamParts,
): Promise<QueryOutput | undefined> {
  const settled = await decide(named, call, by, parts);
  await putOnRecord(settled, wipeSecret, parts);
  return settled.outcome.output;
}

async function decide(
  { name, operation }: NamedOperation,
  call: QueryCall,
  by: Authenticated,
  parts: IamParts,
): Promise<Settled<Outcome>> {
  let event = eventOf(name, operation, by);
  try {
    const checked = operation.check(call.input);
    event = { ...event, requestParameters: checked.requestParameters };
    return await carryOutChecked(checked, event, parts);
  } catch (error) {
    const refusal = error instanceof LimitReached ? quotaReached(error) : error;
    // Of what a caller asked for who was not allowed to ask, nothing is kept.
    const denied = refusal instanceof ServiceError && refusal.code === "AccessDenied";
    const shown = denied ? { ...event, requestParameters: null } : event;
    await parts.trail.append(parts.trail.compose({ ...shown, ...failureOf(refusal) }));
    throw refusal;
  }
}

async function carryOutChecked(
  checked: CheckedCall,
  event: CallEvent,
  parts: IamParts,
): Promise<Settled<Outcome>> {
  const settled = await carryOut(
    {
      run: async () => await perform(checked, event, parts),
      entryFor: (outcome) =>
        parts.trail.compose({ ...event, responseElements: outcome.responseElements ?? null }),
      drop: wipeSecret,
    },
    parts.store,
  );
  if (settled !== undefined) return settled;
  throw iamError("ConcurrentModification", "It was changed at the same time. Try again.");
}

/** Whom it is about is looked up each time: another change may have come first. */
async function perform(
  checked: CheckedCall,
  { caller, facts, eventName, readOnly }: CallEvent,
  { store, secretAccessKeys, clock, partition }: IamParts,
): Promise<Outcome> {
  const { accountId } = caller;
  const desk: Desk = { store, secretAccessKeys, clock, partition };
  const permit = (resource: string, shown = resource, of: ConditionFacts = new Map()): void => {
    const conditions = new Map([...of, ...(checked.conditions ?? [])]);
    const asked = { action: `iam:${eventName}`, resource, shown, conditions };
    authorize(asked, { caller, facts }, clock());
  };
  if (checked.resource !== undefined) {
    permit(iamArn(partition, accountId, checked.resource));
    return await checked.run({ ...desk, accountId });
  }
  if (checked.roleName !== undefined) {
    const role = await store.findRoleNamed(accountId, folded(checked.roleName));
    const resource = roleResource(role ?? { path: "/", roleName: checked.roleName });
    const shown = iamArn(partition, accountId, `role/${checked.roleName}`);
    const boundary = checked.tellsBoundary && (await boundaryArn(role, desk));
    const ofRole = [...resourceTagConditions(role?.tags ?? []), ...boundaryConditions(boundary)];
    permit(iamArn(partition, accountId, resource), shown, new Map(ofRole));
    if (role === undefined) throw noSuchRole(checked.roleName);
    return await checked.run({ ...desk, accountId, role });
  }
  if (checked.policyArn !== undefined) {
    permit(checked.policyArn);
    const policy = await requirePolicy(checked.policyArn, { ...desk, accountId });
    if (!readOnly) requireOwnPolicy(policy, { caller, eventName, partition });
    return await checked.run({ ...desk, accountId, policy });
  }
  if (checked.groupName !== undefined) {
    const { groupName } = checked;
    const group = await store.findGroupNamed(accountId, folded(groupName));
    const arn = (of: Parameters<typeof groupResource>[0]) =>
      iamArn(partition, accountId, groupResource(of));
    permit(arn(group ?? { path: "/", groupName }), arn({ path: "/", groupName }));
    if (group === undefined) throw noSuchGroup(groupName);
    permit(iamArn(partition, accountId, checked.groupBecomes?.(group) ?? groupResource(group)));
    return await checked.run({ ...desk, accountId, group });
  }
  const userName = checked.userName ?? caller.userName;
  if (userName === undefined && caller.session !== undefined) {
    const message = "Must specify userName when calling with non-User credentials";
    throw iamError("ValidationError", message);
  }
  const subject = await findSubject(caller, checked.userName, desk);
  // A refusal tells neither the path of a user nor whether there is one.
  const boundary = checked.tellsBoundary && (await boundaryArn(subject.user, desk));
  const conditions = boundaryConditions(boundary);
  permit(subject.arn, shownArn(accountId, userName, partition), conditions);
  if (userName !== undefined && subject.user === undefined) throw noSuchUser(userName);
  const becomes = subject.user && checked.becomes?.(subject.user);
  if (becomes !== undefined) {
    const arn = iamArn(partition, accountId, becomes);
    permit(arn, arn, conditions);
  }
  return await checked.run({ ...desk, accountId, subject });
}

/** The named user, or the caller. A user that is not there has the ARN that one of the name could have. */
async function findSubject(
  caller: Caller,
  userName: string | undefined,
  { store, partition }: Desk,
): Promise<Subject> {
  const { accountId } = caller;
  const arn = (resource: string) => iamArn(partition, accountId, resource);
  if (userName === undefined && caller.type === "Root") {
    return { accountId, user: undefined, arn: arn("root") };
  }
  // Names change hands, ids do not: the caller is who the access key was made for.
  const user =
    userName === undefined
      ? await store.findUser(caller.principalId)
      : await store.findUserNamed(accountId, folded(userName));
  const resource = userResource(user ?? { path: "/", userName: userName ?? "" });
  return { accountId, user, arn: arn(resource) };
}

function shownArn(accountId: string, userName: string | undefined, partition: string): string {
  const resource = userName === undefined ? "root" : `user/${userName}`;
  return iamArn(partition, accountId, resource);
}

function wipeSecret({ secret }: Outcome): void {
  wipe(secret);
}

function eventOf(name: string, { readOnly }: IamOperation, by: Authenticated): CallEvent {
  return {
    caller: by.caller,
    facts: by.facts,
    eventSource: "iam.amazonaws.com",
    eventName: name,
    readOnly,
    requestParameters: null,
    responseElements: null,
  };
}

function failureOf(error: unknown): Pick<CallEvent, "errorCode" | "errorMessage"> {
  if (!(error instanceof ServiceError)) return { errorCode: "InternalFailure" };
  return { errorCode: error.code, errorMessage: error.message };
}
