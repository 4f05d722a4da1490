/**
 * How an admin call is answered, in order: may they, is it well-formed, what would it
 * change, make the change and its record durable together, answer. An operation file
 * fills in the steps, it never rearranges them.
 */
import { wipe } from "../../lib/wipe.ts";
import { ServiceError } from "../../service/service-error.ts";
import type { Answer, Authenticated, Call } from "../../service/service.ts";
import type { CallEvent, Trail } from "../../service/trail.ts";
import type { AccountStore } from "../account-store.ts";
import { carryOut as carryOutWork, putOnRecord, type Settled } from "../carry-out.ts";
import type { AdminOperation, Bench, CheckedCall, Outcome } from "./operation.ts";
import { accountResource, adminEventSource } from "./trail.ts";
import { refusal } from "./errors.ts";
import { operations } from "./operations.ts";

export interface AdminParts extends Bench {
  readonly store: AccountStore;
  readonly trail: Trail;
}

/** Rejects with a ServiceError for a refusal, which is on record by then. */
export async function answerAdmin(
  call: Call,
  by: Authenticated,
  parts: AdminParts,
): Promise<Answer> {
  const settled = await decide(call, by, parts);
  await putOnRecord(settled, wipeSecret, parts);
  const { outcome } = settled;
  return { output: outcome.output, sensitive: outcome.secret !== undefined };
}

/** Puts on record that a call came to nothing, and why. */
export async function recordRefusal(
  refused: {
    readonly operation: string;
    readonly error: unknown;
    readonly by: Authenticated;
    readonly requestParameters: CheckedCall["requestParameters"];
  },
  { trail }: AdminParts,
): Promise<void> {
  const { operation, error, by, requestParameters } = refused;
  const isRefusal = error instanceof ServiceError;
  await trail.append(
    trail.compose({
      ...eventOf(operation, by),
      requestParameters,
      errorCode: isRefusal ? error.code : "InternalFailure",
      ...(isRefusal && error.message !== "" ? { errorMessage: error.message } : {}),
    }),
  );
}

async function decide(call: Call, by: Authenticated, parts: AdminParts): Promise<Settled<Outcome>> {
  let requestParameters: CheckedCall["requestParameters"] = null;
  try {
    const operation = requireOperation(call.operation, by);
    const checked = operation.check(call.input);
    requestParameters = checked.requestParameters;
    return await carryOut(checked, { ...eventOf(call.operation, by), requestParameters }, parts);
  } catch (error) {
    await recordRefusal({ operation: call.operation, error, by, requestParameters }, parts);
    throw error;
  }
}

/** The gateway lets only the operator reach this service; a doubt is a refusal all the same. */
function requireOperation(name: string, { caller }: Authenticated): AdminOperation {
  if (caller.type !== "Operator") {
    throw refusal("AccessDeniedException", `User: ${caller.arn} is not authorized to do this.`);
  }
  const operation = operations.get(name);
  if (operation === undefined) {
    throw refusal("UnknownOperationException", "There is no such operation.");
  }
  return operation;
}

async function carryOut(
  checked: CheckedCall,
  event: CallEvent,
  parts: AdminParts,
): Promise<Settled<Outcome>> {
  const settled = await carryOutWork(
    {
      run: async () => await checked.run(parts),
      entryFor: (outcome) => parts.trail.compose(withOutcome(event, outcome)),
      drop: wipeSecret,
    },
    parts.store,
  );
  if (settled !== undefined) return settled;
  throw refusal("ConcurrentModificationException", "It was changed at the same time. Try again.");
}

function wipeSecret({ secret }: Outcome): void {
  wipe(secret);
}

function withOutcome(event: CallEvent, { responseElements, accountId }: Outcome): CallEvent {
  return {
    ...event,
    responseElements: responseElements ?? null,
    ...(accountId === undefined ? {} : { resources: [accountResource(accountId)] }),
  };
}

function eventOf(operation: string, { caller, facts }: Authenticated): CallEvent {
  return {
    caller,
    facts,
    eventSource: adminEventSource,
    eventName: operation,
    readOnly: operations.get(operation)?.readOnly ?? false,
    requestParameters: null,
    responseElements: null,
  };
}
