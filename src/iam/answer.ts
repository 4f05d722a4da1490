/**
 * How a call to IAM is answered, in order: is it well-formed, whom is it about, may the
 * caller, what would it change, make the change and its record durable together, answer.
 * An operation file fills in the steps, it never rearranges them.
 */
import { wipe } from "../lib/wipe.ts";
import { ServiceError } from "../service/service-error.ts";
import type { Authenticated, QueryCall, QueryOutput } from "../service/service.ts";
import type { CallEvent, Trail } from "../service/trail.ts";
import { LimitReached } from "../store/store.ts";
import type { AccountStore } from "./account-store.ts";
import { carryOut, putOnRecord, type Settled } from "./carry-out.ts";
import { iamError } from "./errors.ts";
import type { CheckedCall, Desk, IamOperation, Outcome } from "./operation.ts";
import { perform } from "./perform.ts";
import { quotaReached } from "./quotas.ts";

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
  const { store, secretAccessKeys, clock, partition } = parts;
  const desk: Desk = { store, secretAccessKeys, clock, partition };
  const settled = await carryOut(
    {
      run: async () => await perform(checked, event, desk),
      entryFor: (outcome) =>
        parts.trail.compose({ ...event, responseElements: outcome.responseElements ?? null }),
      drop: wipeSecret,
    },
    store,
  );
  if (settled !== undefined) return settled;
  throw iamError("ConcurrentModification", "It was changed at the same time. Try again.");
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
