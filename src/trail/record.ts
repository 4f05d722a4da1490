/**
 * From an event to one line in CloudTrail's shape (eventVersion 1.11, "CloudTrail record
 * contents"). Members stand in the order of AWS's samples. The line is put together from
 * parts: those that repeat are kept, and only what varies is serialised.
 */
import { randomUUID } from "node:crypto";
import { BoundedMap } from "../lib/bounded-map.ts";
import type { Caller, RequestFacts, RoleSession } from "../service/caller.ts";
import type {
  CallEvent,
  JournalEntry,
  ServiceEvent,
  TrailEvent,
  TrailResource,
} from "../service/trail.ts";

/** CloudTrail's own bound for a text member, in characters here. */
const maxTextCharacters = 1_024;
/** CloudTrail's bound for requestParameters and responseElements. */
const maxMembersCharacters = 100 * 1_024;
const cutMark = "...[truncated]";
/** Together with the bound of a text it bounds what is kept, which strangers can fill too. */
const keptTextsMax = 1_024;
const omitted = '{"omitted":true}';
const serviceName = "AWS Internal";

/** Gives an event its id and its line. The line never holds a line break. */
export function composeRecord(event: CallEvent | ServiceEvent): JournalEntry {
  const eventId = randomUUID();
  const line = "caller" in event ? callLine(event, eventId) : serviceLine(event, eventId);
  return { eventId, line };
}

function callLine(event: CallEvent, eventId: string): string {
  const { facts, shared } = event;
  return (
    `{"eventVersion":"1.11","userIdentity":${identityIn(event)}` +
    `,"eventTime":"${wholeSeconds(facts.receivedAtMs)}"` +
    `,"eventSource":${text(event.eventSource)}` +
    `,"eventName":${text(event.eventName)}` +
    `,"awsRegion":${text(facts.region)}` +
    `,"sourceIPAddress":${text(facts.sourceIp)}` +
    `,"userAgent":${text(facts.userAgent)}` +
    whatHappened(event) +
    `,"requestID":${JSON.stringify(facts.requestId)}` +
    `,"eventID":"${eventId}"` +
    `,"readOnly":${event.readOnly}` +
    resources(event) +
    `,"eventType":"AwsApiCall","managementEvent":true` +
    recipient(recipientOf(event)) +
    (shared === undefined ? "" : `,"sharedEventID":${JSON.stringify(shared.sharedEventId)}`) +
    `,"eventCategory":"Management"${isOwnersCopy(event) ? "" : tlsDetails(facts)}}`
  );
}

function recipientOf({ caller, shared, resources: touched }: CallEvent): string | undefined {
  if (shared !== undefined) return shared.recipientAccountId;
  return caller.accountId === "" ? touched?.[0]?.accountId : caller.accountId;
}

/** How the trail of another account speaks of a caller. */
function identityElsewhere({ principalId, accountId }: Caller): string {
  return JSON.stringify({ type: "AWSAccount", principalId, accountId });
}

function serviceLine(event: ServiceEvent, eventId: string): string {
  const { accountId } = event;
  const identity = { accountId, invokedBy: serviceName };
  return (
    `{"eventVersion":"1.11","userIdentity":${JSON.stringify(identity)}` +
    `,"eventTime":"${wholeSeconds(event.atMs)}"` +
    `,"eventSource":${JSON.stringify(event.eventSource)}` +
    `,"eventName":${text(event.eventName)}` +
    `,"awsRegion":${text(event.region)}` +
    `,"sourceIPAddress":"${serviceName}","userAgent":"${serviceName}"` +
    whatHappened(event) +
    (event.requestId === undefined ? "" : `,"requestID":${JSON.stringify(event.requestId)}`) +
    `,"eventID":"${eventId}"` +
    `,"readOnly":${event.readOnly}` +
    resources(event) +
    `,"eventType":"${event.requestId === undefined ? "AwsServiceEvent" : "AwsApiCall"}"` +
    serviceEventTail(event)
  );
}

/** AWS's samples with details put the recipient before them, those without put it last. */
function serviceEventTail({ accountId, serviceEventDetails }: ServiceEvent): string {
  return serviceEventDetails === undefined
    ? `,"managementEvent":true${recipient(accountId)},"eventCategory":"Management"}`
    : `${recipient(accountId)}${optional("serviceEventDetails", serviceEventDetails)}` +
        `,"managementEvent":true,"eventCategory":"Management"}`;
}

function whatHappened(event: TrailEvent): string {
  return (
    errorMembers(event) +
    `,"requestParameters":${members(event.requestParameters) ?? "null"}` +
    `,"responseElements":${members(event.responseElements) ?? "null"}` +
    optional("additionalEventData", event.additionalEventData)
  );
}

function resources({ resources: touched }: TrailEvent): string {
  if (touched === undefined) return "";
  let list = "";
  for (const resource of touched) list += `${list === "" ? "" : ","}${resourceText(resource)}`;
  return `,"resources":[${list}]`;
}

/** Most calls touch one of few keys. */
const resourceTexts = new WeakMap<TrailResource, string>();

function resourceText(resource: TrailResource): string {
  const known = resourceTexts.get(resource);
  if (known !== undefined) return known;
  const { accountId, type, ARN } = resource;
  const json = `{"accountId":${quoted(accountId)},"type":${quoted(type)},"ARN":${quoted(ARN)}}`;
  resourceTexts.set(resource, json);
  return json;
}

function quoted(value: unknown): string {
  if (typeof value !== "string") throw new Error("only text names a resource in the trail");
  return JSON.stringify(value);
}

function errorMembers({ errorCode, errorMessage }: TrailEvent): string {
  if (errorCode === undefined) return "";
  const code = errorCode === "AccessDeniedException" ? "AccessDenied" : errorCode;
  const spoken = errorMessage !== undefined && errorMessage !== "";
  const message = spoken ? `,"errorMessage":${text(errorMessage)}` : "";
  return `,"errorCode":${text(code)}${message}`;
}

function recipient(accountId: string | undefined): string {
  return accountId === undefined ? "" : `,"recipientAccountId":${text(accountId)}`;
}

function tlsDetails({ tls, host }: RequestFacts): string {
  if (tls === undefined) return "";
  const keyExchange =
    tls.keyExchange === undefined ? "" : `,"keyExchange":${text(tls.keyExchange)}`;
  return (
    `,"tlsDetails":{"tlsVersion":${text(tls.tlsVersion)},"cipherSuite":${text(tls.cipherSuite)}` +
    `,"clientProvidedHostHeader":${text(host)}${keyExchange}}`
  );
}

function isOwnersCopy({ caller, shared }: CallEvent): boolean {
  return shared !== undefined && shared.recipientAccountId !== caller.accountId;
}

function identityIn(event: CallEvent): string {
  const { caller, invokedBy } = event;
  const identity = isOwnersCopy(event) ? identityElsewhere(caller) : identityOf(caller);
  return invokedBy === undefined
    ? identity
    : `${identity.slice(0, -1)},"invokedBy":${JSON.stringify(invokedBy)}}`;
}

/** A caller's identity block never changes, and most calls come from few callers. */
const identities = new WeakMap<Caller, string>();

function identityOf(caller: Caller): string {
  const known = identities.get(caller);
  if (known !== undefined) return known;
  const { type, principalId, arn, accountId, accessKeyId, userName, session } = caller;
  const identity = JSON.stringify({
    type,
    principalId,
    arn,
    ...(accountId === "" ? {} : { accountId }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(userName === undefined ? {} : { userName }),
    ...(session === undefined ? {} : { sessionContext: sessionContext(session, accountId) }),
  });
  identities.set(caller, identity);
  return identity;
}

/** Whose session it is, and since when ("CloudTrail userIdentity element", sessionContext). */
function sessionContext({ role, issuedAtMs, sourceIdentity }: RoleSession, accountId: string) {
  const { id: principalId, arn, name: userName } = role;
  return {
    sessionIssuer: { type: "Role", principalId, arn, accountId, userName },
    attributes: { creationDate: wholeSeconds(issuedAtMs), mfaAuthenticated: "false" },
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

/** What a client sent may be as long as it likes; the record of it may not. */
function text(value: string): string {
  if (value.length > maxTextCharacters) {
    return JSON.stringify(value.slice(0, maxTextCharacters - cutMark.length) + cutMark);
  }
  return texts.getOrAdd(value, JSON.stringify);
}

/** Names, addresses and user agents, which come again and again. */
const texts = new BoundedMap<string, string>(keptTextsMax);

/** Nothing when there is nothing to log: an object whose members are all undefined is empty. */
function members(value: object | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const json = JSON.stringify(value);
  if (holdsBytes(json)) throw new Error("bytes do not belong in the trail");
  if (json === "{}") return undefined;
  return json.length <= maxMembersCharacters ? json : omitted;
}

function optional(name: string, value: object | undefined): string {
  const json = members(value);
  return json === undefined ? "" : `,"${name}":${json}`;
}

/**
 * Bytes are plaintext, ciphertext or keys. A record that has some is our own mistake: it is
 * seen by how JSON.stringify writes them. What a client sends are texts, which look otherwise.
 */
function holdsBytes(json: string): boolean {
  if (json.includes('{"type":"Buffer","data":[')) return true;
  return json.includes('{"0":') && /\{"0":[0-9]/.test(json);
}

let lastSecond = NaN;
let lastSecondText = "";

function wholeSeconds(atMs: number): string {
  const second = Math.floor(atMs / 1_000);
  if (second !== lastSecond) {
    lastSecondText = `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastSecondText;
}
