import type { Caller, RequestFacts } from "./caller.ts";

/** Something a call touched, as it stands in a CloudTrail record. */
export interface TrailResource {
  readonly accountId: string;
  readonly type: string;
  readonly ARN: string;
}

type TrailMembers = Readonly<Record<string, unknown>>;

/** What happened, before it is given CloudTrail's shape. Never holds a secret. */
export interface TrailEvent {
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly requestParameters: TrailMembers | null;
  readonly responseElements: TrailMembers | null;
  readonly additionalEventData?: TrailMembers;
  /** Left out where CloudTrail leaves the member out. */
  readonly resources?: readonly TrailResource[];
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** An event that a caller's request brought about. */
export interface CallEvent extends TrailEvent {
  readonly caller: Caller;
  readonly facts: RequestFacts;
  /** The service that made this call on the caller's behalf. */
  readonly invokedBy?: string;
  /** Set on each of the events that one call leaves in the trails of several accounts. */
  readonly shared?: SharedCall;
}

/** A call on another account's key is on record in both accounts. */
export interface SharedCall {
  /** The same in all copies. */
  readonly sharedEventId: string;
  /** Whose trail the copy is for. Owners are told the caller's account, and no more of who it was. */
  readonly recipientAccountId: string;
}

/** An event that the service itself brought about: a rotation, a deletion whose time has come. */
export interface ServiceEvent extends TrailEvent {
  readonly accountId: string;
  readonly region: string;
  readonly atMs: number;
  /** For what the service does by a call to itself; CloudTrail then has it as an API call. */
  readonly requestId?: string;
  readonly serviceEventDetails?: TrailMembers;
}

/** One line of the journal, ready to be written. */
export interface JournalEntry {
  readonly eventId: string;
  /** JSON without a line break. */
  readonly line: string;
}

/** Where what happened is remembered. */
export interface Trail {
  compose(event: CallEvent | ServiceEvent): JournalEntry;
  /** Resolves when the entry is on disk; rejects when it is not known to be. */
  append(entry: JournalEntry): Promise<void>;
}
