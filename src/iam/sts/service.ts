/** AWS STS as a service: who somebody is, and sessions of roles. */
import { randomUUID } from "node:crypto";
import { wipe } from "../../lib/wipe.ts";
import { ServiceError } from "../../service/service-error.ts";
import type { Authenticated, QueryCall, QueryService } from "../../service/service.ts";
import type { CallEvent, Trail } from "../../service/trail.ts";
import { unknownOperation } from "../unknown-operation.ts";
import type { StsDesk, StsOperation, StsOutcome } from "./operation.ts";
import { assumeRole } from "./operations/assume-role.ts";
import { getCallerIdentity } from "./operations/get-caller-identity.ts";

const apiVersion = "2011-06-15";

const operations: ReadonlyMap<string, StsOperation> = new Map([
  ["AssumeRole", assumeRole],
  ["GetCallerIdentity", getCallerIdentity],
]);

interface StsParts extends StsDesk {
  readonly trail: Trail;
}

/** Answers calls of AWS STS, and puts each on record before it does. */
export function stsService(parts: StsParts): QueryService {
  return {
    signingName: "sts",
    isGlobal: true,
    xmlNamespace: `https://sts.amazonaws.com/doc/${apiVersion}/`,
    async answer(call, by) {
      const operation = call.version === apiVersion ? operations.get(call.operation) : undefined;
      if (operation === undefined) throw unknownOperation(call);
      const { outcome, event } = await perform(operation, call, by, parts);
      await putOnRecord(outcome, event, parts.trail);
      return outcome.output;
    },
  };
}

interface Performed {
  readonly outcome: StsOutcome;
  readonly event: CallEvent;
}

/** Rejects with a ServiceError for a refusal, which is on record by then. */
async function perform(
  operation: StsOperation,
  call: QueryCall,
  by: Authenticated,
  { trail, ...desk }: StsParts,
): Promise<Performed> {
  let event = eventOf(call, by);
  try {
    const checked = operation(call.input, by);
    event = { ...event, requestParameters: checked.requestParameters };
    const outcome = await checked.run(desk);
    const { responseElements = null, resources } = outcome;
    event = { ...event, responseElements, ...(resources === undefined ? {} : { resources }) };
    return { outcome, event };
  } catch (error) {
    await trail.append(trail.compose({ ...event, ...failureOf(error) }));
    throw error;
  }
}

async function putOnRecord(outcome: StsOutcome, event: CallEvent, trail: Trail): Promise<void> {
  try {
    for (const copy of copiesOf(event)) await trail.append(trail.compose(copy));
  } catch (error) {
    wipe(outcome.secret);
    throw error;
  }
}

/** A call that is about another account's role is on record in both accounts. */
function copiesOf(event: CallEvent): readonly CallEvent[] {
  const own = event.caller.accountId;
  const owner = event.resources?.find(({ accountId }) => accountId !== own)?.accountId;
  if (owner === undefined) return [event];
  const sharedEventId = randomUUID();
  return [own, owner].map((recipientAccountId) => ({
    ...event,
    shared: { sharedEventId, recipientAccountId },
  }));
}

function eventOf({ operation }: QueryCall, { caller, facts }: Authenticated): CallEvent {
  return {
    caller,
    facts,
    eventSource: "sts.amazonaws.com",
    eventName: operation,
    readOnly: true,
    requestParameters: null,
    responseElements: null,
  };
}

/** Of what a caller asked for who was not allowed to ask, nothing is kept. */
function failureOf(error: unknown): Partial<CallEvent> {
  if (!(error instanceof ServiceError)) return { errorCode: "InternalFailure" };
  const { code: errorCode, message: errorMessage } = error;
  const denied = errorCode === "AccessDenied" ? { requestParameters: null } : {};
  return { errorCode, errorMessage, ...denied };
}
