/**
 * How a KMS call is answered, in order. Each step takes what the step before it made;
 * none calls back. An operation file fills in the steps, it never rearranges them.
 *
 *   check the input → count the request → prove the recipient → find the keys → may the caller? → are the keys fit? → dry run →
 *   the work → store the changes with their record → the record on disk → the answer
 */
import { setImmediate } from "node:timers/promises";
import type { AttestedRecipient } from "../attestation/verify-attestation.ts";
import { andThen, type Eventually } from "../lib/eventually.ts";
import { wipeBlobs } from "../lib/wipe.ts";
import type { Answer, JsonObject } from "../service/service.ts";
import type { CallEvent, JournalEntry, Trail } from "../service/trail.ts";
import { LimitReached, type Store, StoreConflict } from "../store/store.ts";
import { checkInput } from "./check.ts";
import type { Checked, Input, OperationName } from "./contract.ts";
import { KmsError } from "./errors.ts";
import { refuseDryRun } from "./dry-run.ts";
import { copiesOf, failureEvent, successEvent } from "./events.ts";
import { fitKeys } from "./fit-keys.ts";
import type { AccountCall, Desk, KeyInUse, KeyOperation, Operation, Outcome } from "./operation.ts";
import { requireIdentityAction } from "./authorize.ts";
import { quotaReached } from "./quotas.ts";
import { contestedRecord, inTurn } from "./turns.ts";
import { recipientOf } from "./recipients.ts";
import { forgetKeyMaterial } from "./vault.ts";

/** How often a call is begun again because a record it read was changed meanwhile. */
const maxAttempts = 8;

/** The work done and stored, and the records of it. */
interface Performed<Name extends OperationName> {
  readonly outcome: Outcome<Name>;
  /** The call's own first, one for each account. */
  readonly events: readonly [CallEvent, ...CallEvent[]];
  readonly entries: Entries;
}

/** First the call's own. */
type Entries = readonly [JournalEntry, ...JournalEntry[]];

/** What is known of a call so far: a refusal is put on record with it. */
export interface Progress<Name extends OperationName> {
  input?: Checked<Input<Name>>;
  keys: readonly KeyInUse[];
  recipient?: AttestedRecipient;
}

export async function answer<Name extends OperationName>(
  operation: Operation<Name>,
  name: Name,
  sent: JsonObject,
  desk: Desk,
): Promise<Answer> {
  const progress: Progress<Name> = { keys: [] };
  try {
    const performed = await performUntilStored(operation, sent, desk, progress);
    const { outcome } = performed;
    await remember(performed, desk);
    if (outcome.forgets !== undefined) await forgetKeyMaterial(desk.vault, outcome.forgets);
    noteUsage(operation, progress.keys, performed, desk);
    return {
      output: operation.emptyBody === true ? undefined : outcome.output,
      sensitive: operation.sensitive ?? false,
    };
  } catch (error) {
    if (error instanceof NotRecorded) throw error.asRefusal();
    const refusal = asKmsError(error);
    const event = failureEvent(name, operation, desk, progress, refusal);
    throw await onceRecorded(refusal, copiesOf(event), desk);
  }
}

/**
 * Changes are made from what was read; when that is outdated at commit, everything is read
 * again. Not a promise of its own around those that the work makes, here and in what it calls.
 */
function performUntilStored<Name extends OperationName>(
  operation: Operation<Name>,
  sent: JsonObject,
  desk: Desk,
  progress: Progress<Name>,
): Eventually<Performed<Name>> {
  const attempt = () => performAndStore(operation, sent, desk, progress);
  try {
    const performed = attempt();
    if (!(performed instanceof Promise)) return performed;
    return performed.catch((error: unknown) => tryAgain(attempt, error, desk));
  } catch (error) {
    // What is wrong may show before anything had to be waited for.
    return tryAgain(attempt, error, desk);
  }
}

/** Side by side, all but one of those that met a conflict would meet the next. */
async function tryAgain<Result>(
  attempt: () => Eventually<Result>,
  failure: unknown,
  { store: queues }: Desk,
): Promise<Result> {
  let reason = failure;
  for (let attempts = 1; attempts < maxAttempts; attempts += 1) {
    if (!(reason instanceof StoreConflict)) break;
    // What is remembered of records is forgotten when the change is acknowledged: in a later turn.
    await setImmediate();
    try {
      return await inTurn({ queues, name: contestedRecord(reason) }, attempt);
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

function performAndStore<Name extends OperationName>(
  operation: Operation<Name>,
  sent: JsonObject,
  desk: Desk,
  progress: Progress<Name>,
): Eventually<Performed<Name>> {
  return andThen(perform(operation, sent, desk, progress), (outcome) => {
    const events = copiesOf(successEvent(operation, desk, progress, outcome));
    return storeChanges(outcome, events, desk);
  });
}

function storeChanges<Name extends OperationName>(
  outcome: Outcome<Name>,
  events: Performed<Name>["events"],
  { trail, store }: Desk,
): Eventually<Performed<Name>> {
  const [own, ...copies] = events;
  const { changes, serviceEvents = [] } = outcome;
  const others = [...copies, ...serviceEvents].map((other) => trail.compose(other));
  const performed: Performed<Name> = { outcome, events, entries: [trail.compose(own), ...others] };
  if (changes === undefined || changes.length === 0) return performed;
  return store.commit(changes, ...performed.entries).then(
    () => performed,
    (error: unknown) => giveUp(error, outcome),
  );
}

/** After any other failure the changes may be there all the same. */
async function giveUp(
  error: unknown,
  { takeBack }: Pick<Outcome<OperationName>, "takeBack">,
): Promise<never> {
  if (error instanceof StoreConflict || error instanceof LimitReached) await takeBack?.();
  throw error;
}

function perform<Name extends OperationName>(
  operation: Operation<Name>,
  sent: JsonObject,
  desk: Desk,
  progress: Progress<Name>,
): Eventually<Outcome<Name>> {
  const input = checkInput(operation, sent);
  const isBegunAgain = progress.input !== undefined;
  progress.input = input;
  if (!isBegunAgain) countRequest(operation.name, input, desk);
  operation.validate?.(input);
  const recipient = recipientOf(input, desk);
  if (recipient === undefined) return performFor(operation, input, desk, progress);
  progress.recipient = recipient;
  return performFor(operation, input, { ...desk, recipient }, progress);
}

function countRequest(
  name: OperationName,
  input: object,
  { requestQuotas, caller, facts, nowMs }: Desk,
): void {
  requestQuotas?.count(name, input, { accountId: caller.accountId, region: facts.region, nowMs });
}

function performFor<Name extends OperationName>(
  operation: Operation<Name>,
  input: Checked<Input<Name>>,
  desk: Desk,
  progress: Progress<Name>,
): Eventually<Outcome<Name>> {
  if ("uses" in operation) return performOnKeys(operation, input, desk, progress);
  if (operation.authorizesItself !== true) {
    requireIdentityAction(operation.name, "*", desk, () => operation.conditions?.(input) ?? {});
  }
  const found: AccountCall<Name>["found"] = (keys) => {
    progress.keys = keys;
  };
  return operation.run({ ...desk, input, found });
}

function performOnKeys<Name extends OperationName>(
  operation: KeyOperation<Name>,
  input: Checked<Input<Name>>,
  desk: Desk,
  progress: Progress<Name>,
): Eventually<Outcome<Name>> {
  const found = (keys: readonly KeyInUse[]): void => {
    progress.keys = keys;
  };
  return andThen(fitKeys(operation, input, desk, found), (keys) => {
    const call = { ...desk, input, keys, key: keys[0].key };
    return andThen(operation.precondition?.(call), () => {
      refuseDryRun(input);
      return operation.run(call);
    });
  });
}

/** Nothing leaves before it is on record: if this fails, so does the call. */
function remember<Name extends OperationName>(
  { outcome, entries }: Performed<Name>,
  { trail, store }: Desk,
): Promise<void> {
  return appendAll(entries, trail).then(
    () => settle(outcome, entries, store),
    (error: unknown) => {
      wipeBlobs(outcome.output);
      throw new NotRecorded(error);
    },
  );
}

function appendAll(entries: readonly JournalEntry[], trail: Trail): Promise<unknown> {
  const [own] = entries;
  if (own !== undefined && entries.length === 1) return trail.append(own);
  return Promise.all(entries.map((entry) => trail.append(entry)));
}

function settle<Name extends OperationName>(
  { changes }: Outcome<Name>,
  entries: Entries,
  store: Store,
): void {
  if (changes === undefined) return;
  for (const { eventId } of entries) store.settle(eventId);
}

/** A refusal does not leave before it is on record either. Gives what is to be thrown. */
async function onceRecorded(
  refusal: KmsError,
  events: readonly CallEvent[],
  { trail }: Desk,
): Promise<KmsError> {
  const entries = events.map((event) => trail.compose(event));
  try {
    await appendAll(entries, trail);
    return refusal;
  } catch (error) {
    return new NotRecorded(error).asRefusal();
  }
}

/** The call cannot be put on record: it fails, and there is no point in recording that. */
class NotRecorded extends Error {
  constructor(cause: unknown) {
    super("the call could not be recorded", { cause });
    this.name = "NotRecorded";
  }

  asRefusal(): KmsError {
    return new KmsError("KMSInternalException", undefined, { cause: this });
  }
}

function noteUsage<Name extends OperationName>(
  operation: Operation<Name>,
  keys: readonly KeyInUse[],
  { events, entries }: Performed<Name>,
  { lastUsages, facts, nowMs }: Desk,
): void {
  if (!("uses" in operation) || operation.countsAsUsage !== true) return;
  for (const { key } of keys) {
    // The record that lies in the trail of the key's own account.
    const copy = events.findIndex(({ shared }) => shared?.recipientAccountId === key.accountId);
    const { eventId } = entries[copy] ?? entries[0];
    lastUsages.note({
      accountId: key.accountId,
      region: key.region,
      keyId: key.keyId,
      operation: operation.name,
      usedAtMs: nowMs,
      eventId,
      requestId: facts.requestId,
    });
  }
}

function asKmsError(error: unknown): KmsError {
  if (error instanceof KmsError) return error;
  if (error instanceof LimitReached) return quotaReached(error);
  return new KmsError("KMSInternalException", undefined, { cause: error });
}
