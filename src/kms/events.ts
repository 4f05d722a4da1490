/** What a KMS call looks like on the trail, by how it ended. */
import { randomUUID } from "node:crypto";
import type { AttestedRecipient } from "../attestation/verify-attestation.ts";
import type { CallEvent, ServiceEvent, TrailResource } from "../service/trail.ts";
import type { OperationName } from "./contract.ts";
import type { KmsError } from "./errors.ts";
import { type Key, keyResource } from "./key.ts";
import type { Desk, KeyInUse, Operation, Outcome } from "./operation.ts";
import type { Progress } from "./answer.ts";
import { recipientOnRecord } from "./recipients.ts";

const eventSource = "kms.amazonaws.com";

export function successEvent<Name extends OperationName>(
  operation: Operation<Name>,
  { caller, facts }: Desk,
  { input, keys, recipient }: Progress<Name>,
  outcome: Outcome<Name>,
): CallEvent {
  const additionalEventData = additionalData(keys, outcome, recipient);
  return {
    eventSource,
    eventName: operation.name,
    readOnly: operation.readOnly,
    caller,
    facts,
    requestParameters: input === undefined ? null : operation.record(input),
    responseElements: outcome.responseElements ?? null,
    ...(additionalEventData === undefined ? {} : { additionalEventData }),
    resources: outcome.resources ?? resourcesOf(keys),
  };
}

export function failureEvent<Name extends OperationName>(
  eventName: Name,
  operation: Operation<Name>,
  { caller, facts }: Desk,
  { input, keys }: Progress<Name>,
  refusal: KmsError,
): CallEvent {
  const additionalEventData = additionalData(keys, {}, undefined);
  // AWS shows nothing of what a caller asked for who was not allowed to ask.
  const shown = input !== undefined && refusal.code !== "AccessDeniedException";
  return {
    eventSource,
    eventName,
    readOnly: operation.readOnly,
    caller,
    facts,
    errorCode: refusal.code,
    ...(refusal.messageMember === undefined ? {} : { errorMessage: refusal.message }),
    requestParameters: shown ? operation.record(input) : null,
    responseElements: null,
    ...(additionalEventData === undefined ? {} : { additionalEventData }),
    ...(keys.length === 0 ? {} : { resources: resourcesOf(keys) }),
  };
}

/**
 * The records of one call: its own, and one for each other account whose resources it
 * touched. All of them then carry one shared id (CloudTrail, "sharedEventID").
 */
export function copiesOf(event: CallEvent): readonly [CallEvent, ...CallEvent[]] {
  const { accountId: own } = event.caller;
  const foreign = event.resources?.filter(({ accountId }) => accountId !== own) ?? [];
  if (foreign.length === 0) return [event];
  const owners = new Set(foreign.map(({ accountId }) => accountId));
  const sharedEventId = randomUUID();
  const copyFor = (recipientAccountId: string): CallEvent => ({
    ...event,
    shared: { sharedEventId, recipientAccountId },
  });
  return [copyFor(own), ...[...owners].map(copyFor)];
}

/** A part of a call that KMS carries out in another Region, on record there. */
export function forwardedEvent(
  eventName: OperationName,
  { caller, facts }: Pick<Desk, "caller" | "facts">,
  region: string,
  told: Pick<CallEvent, "requestParameters" | "responseElements" | "resources">,
): CallEvent {
  const { tls: _tls, ...others } = facts;
  return {
    eventSource,
    eventName,
    readOnly: false,
    caller,
    invokedBy: eventSource,
    facts: { ...others, region, sourceIp: eventSource, userAgent: eventSource },
    ...told,
  };
}

/** Whom the plaintext was for; of a key in an external key store, which external key it stands for. */
function additionalData(
  keys: readonly KeyInUse[],
  { additionalEventData: told }: Pick<Outcome<OperationName>, "additionalEventData">,
  recipient: AttestedRecipient | undefined,
): CallEvent["additionalEventData"] {
  const outside = keys.find(({ key }) => key.customKeyStoreId !== null);
  if (recipient === undefined && outside === undefined) return told;
  return {
    ...told,
    ...(recipient === undefined ? {} : { recipient: recipientOnRecord(recipient) }),
    customKeyStoreId: outside?.key.customKeyStoreId ?? undefined,
    xksKeyId: outside?.key.xksKeyId ?? undefined,
  };
}

/** Something that happens to a key without a caller who asked for just that. */
export function serviceEvent(
  eventName: string,
  key: Key,
  {
    atMs,
    ...told
  }: Pick<ServiceEvent, "atMs" | "requestId" | "serviceEventDetails"> &
    Partial<Pick<ServiceEvent, "responseElements">>,
): ServiceEvent {
  return {
    eventSource,
    eventName,
    readOnly: false,
    requestParameters: null,
    responseElements: null,
    resources: [keyResource(key.accountId, key.arn)],
    accountId: key.accountId,
    region: key.region,
    atMs,
    ...told,
  };
}

function resourcesOf(keys: readonly KeyInUse[]): readonly TrailResource[] {
  const [first] = keys;
  if (first === undefined || keys.length > 1) return keys.map(({ key }) => resourceOf(key));
  return [resourceOf(first.key)];
}

/** The same key is the same resource, so that what was worked out for it is found again. */
const resources = new WeakMap<Key, TrailResource>();

function resourceOf(key: Key): TrailResource {
  const known = resources.get(key);
  if (known !== undefined) return known;
  const resource = keyResource(key.accountId, key.arn);
  resources.set(key, resource);
  return resource;
}
