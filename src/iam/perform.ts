/**
 * What a checked call is about, may the caller, and the work itself. Whom it is about is
 * looked up each time: another change may have come first.
 */
import type { Caller } from "../service/caller.ts";
import type { CallEvent } from "../service/trail.ts";
import { authorize } from "./authorize.ts";
import { boundaryArn, boundaryConditions } from "./boundary.ts";
import { iamError, noSuchGroup, noSuchRole, noSuchUser } from "./errors.ts";
import { requirePolicy } from "./find-policy.ts";
import { groupResource } from "./group.ts";
import { requireOwnPolicy } from "./managed-policy.ts";
import type { CheckedCall, Desk, Outcome, Subject } from "./operation.ts";
import { roleResource } from "./role.ts";
import { type ConditionFacts, resourceTagConditions } from "./tag-conditions.ts";
import { folded, iamArn, userResource } from "./user.ts";

interface Asking {
  readonly checked: CheckedCall;
  readonly event: CallEvent;
  readonly desk: Desk;
}

/** Refuses, with AccessDenied before it says whether anything is there. */
export async function perform(
  checked: CheckedCall,
  event: CallEvent,
  desk: Desk,
): Promise<Outcome> {
  const asking = { checked, event, desk };
  const { resource, roleName, policyArn, groupName } = checked;
  if (resource !== undefined) return await onAccount(resource, asking);
  if (roleName !== undefined) return await onRole(roleName, asking);
  if (policyArn !== undefined) return await onPolicy(policyArn, asking);
  if (groupName !== undefined) return await onGroup(groupName, asking);
  return await onUser(asking);
}

interface Resource {
  readonly arn: string;
  /** What a refusal calls it: not by its path, which would tell that it is there. */
  readonly shown?: string;
  readonly conditions?: ConditionFacts;
}

function permit(
  { arn: resource, shown = resource, conditions = new Map() }: Resource,
  { checked, event: { caller, facts, eventName }, desk }: Asking,
  operation = eventName,
): void {
  const asked = {
    action: `iam:${operation}`,
    resource,
    shown,
    conditions: new Map([...conditions, ...(checked.conditions ?? [])]),
  };
  authorize(asked, { caller, facts }, desk.clock());
}

async function onAccount(resource: string, asking: Asking): Promise<Outcome> {
  const { checked, event, desk } = asking;
  const { accountId } = event.caller;
  const arn = iamArn(desk.partition, accountId, resource);
  permit({ arn }, asking);
  for (const operation of checked.alsoNeeds ?? []) permit({ arn }, asking, operation);
  return await checked.run({ ...desk, accountId });
}

async function onRole(roleName: string, asking: Asking): Promise<Outcome> {
  const { checked, event, desk } = asking;
  const { accountId } = event.caller;
  const arnOf = (resource: string) => iamArn(desk.partition, accountId, resource);
  const role = await desk.store.findRoleNamed(accountId, folded(roleName));
  const arn = arnOf(roleResource(role ?? { path: "/", roleName }));
  const boundary = checked.tellsBoundary && (await boundaryArn(role, desk));
  const tags = resourceTagConditions(role?.tags ?? []);
  const conditions = new Map([...tags, ...boundaryConditions(boundary)]);
  permit({ arn, shown: arnOf(`role/${roleName}`), conditions }, asking);
  if (role === undefined) throw noSuchRole(roleName);
  return await checked.run({ ...desk, accountId, role });
}

async function onPolicy(arn: string, asking: Asking): Promise<Outcome> {
  const { checked, event, desk } = asking;
  const { accountId } = event.caller;
  permit({ arn }, asking);
  const policy = await requirePolicy(arn, { ...desk, accountId });
  if (!event.readOnly) requireOwnPolicy(policy, { ...event, partition: desk.partition });
  return await checked.run({ ...desk, accountId, policy });
}

async function onGroup(groupName: string, asking: Asking): Promise<Outcome> {
  const { checked, event, desk } = asking;
  const { accountId } = event.caller;
  const arnOf = (resource: string) => iamArn(desk.partition, accountId, resource);
  const group = await desk.store.findGroupNamed(accountId, folded(groupName));
  const arn = arnOf(groupResource(group ?? { path: "/", groupName }));
  permit({ arn, shown: arnOf(`group/${groupName}`) }, asking);
  if (group === undefined) throw noSuchGroup(groupName);
  const becomes = checked.groupBecomes?.(group);
  if (becomes !== undefined) permit({ arn: arnOf(becomes) }, asking);
  return await checked.run({ ...desk, accountId, group });
}

async function onUser(asking: Asking): Promise<Outcome> {
  const { checked, event, desk } = asking;
  const { caller } = event;
  const { accountId } = caller;
  const userName = checked.userName ?? caller.userName;
  if (userName === undefined && caller.session !== undefined) {
    const message = "Must specify userName when calling with non-User credentials";
    throw iamError("ValidationError", message);
  }
  const subject = await findSubject(caller, checked.userName, desk);
  const boundary = checked.tellsBoundary && (await boundaryArn(subject.user, desk));
  const conditions = boundaryConditions(boundary);
  const shown = shownArn(accountId, userName, desk.partition);
  permit({ arn: subject.arn, shown, conditions }, asking);
  if (userName !== undefined && subject.user === undefined) throw noSuchUser(userName);
  const becomes = subject.user && checked.becomes?.(subject.user);
  if (becomes !== undefined) {
    permit({ arn: iamArn(desk.partition, accountId, becomes), conditions }, asking);
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
