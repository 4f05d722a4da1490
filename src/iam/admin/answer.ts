/**
 * How an admin call is answered, in order: may they, is it well-formed, what would it
 * change, make the change and its record durable together, answer. An operation file
 * fills in the steps, it never rearranges them.
 */
import { wipe } from "../../lib/wipe.ts";
import { ServiceError } from "../../service/service-error.ts";
import type { Answer, Authenticated, Call } from "../../service/service.ts";
import type { CallEvent, JournalEntry, Trail } from "../../service/trail.ts";
import { StoreConflict } from "../../store/store.ts";
import type { AccountStore } from "../account-store.ts";
import type { AdminOperation, Bench, CheckedCall, Outcome } from "./operation.ts";
import { accountResource, adminEventSource } from "./trail.ts";
import { refusal } from "./errors.ts";
import { operations } from "./operations.ts";

/** How often a call begins again because another change came first. */
const maxAttempts = 5;

export interface AdminParts extends Bench {
  readonly store: AccountStore;
  readonly trail: Trail;
}

interface Settled {
  readonly outcome: Outcome;
  readonly entry: JournalEntry;
}

/** Rejects with a ServiceError for a refusal, which is on record by then. */
export async function answerAdmin(
  call: Call,
  by: Authenticated,
  parts: AdminParts,
): Promise<Answer> {
  const { outcome, entry } = await decide(call, by, parts);
  try {
    await parts.trail.append(entry);
  } catch (error) {
    // The change stays, and so does its record, which the trail will make up for. But the
    // answer does not leave, so neither does the secret.
    wipe(outcome.secret);
    throw error;
  }
  if (outcome.changes !== undefined) parts.store.settle(entry.eventId);
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

async function decide(call: Call, by: Authenticated, parts: AdminParts): Promise<Settled> {
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
): Promise<Settled> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const outcome = await checked.run(parts);
    const entry = parts.trail.compose(withOutcome(event, outcome));
    if (await commit(outcome, entry, parts.store)) return { outcome, entry };
  }
  throw refusal("ConcurrentModificationException", "It was changed at the same time. Try again.");
}

/** Whether the changes were made; if not, another change came first and nothing has happened. */
async function commit(
  outcome: Outcome,
  entry: JournalEntry,
  store: AccountStore,
): Promise<boolean> {
  if (outcome.changes === undefined) return true;
  try {
    await store.commit(outcome.changes, entry);
    return true;
  } catch (error) {
    wipe(outcome.secret);
    if (error instanceof StoreConflict) return false;
    throw error;
  }
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
