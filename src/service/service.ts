import type { Caller, RequestFacts } from "./caller.ts";

/**
 * A JSON value as the protocol room decodes it. Members that a service names as blobs
 * arrive as bytes, decoded from base64 without passing through a string.
 */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly JsonValue[]
  | JsonObject;

/** Objects inherit nothing, so that no member name is special. */
export interface JsonObject {
  readonly [member: string]: JsonValue | undefined;
}

/** A named call, decoded from the wire but not yet checked against its constraints. */
export interface Call {
  readonly operation: string;
  readonly input: JsonObject;
}

export interface Authenticated {
  readonly caller: Caller;
  readonly facts: RequestFacts;
}

/**
 * What a service answers: members as on the wire, blobs as bytes, dates as Date.
 * No output means an empty body. A sensitive output is composed in a Buffer that is
 * wiped once it has left, and its blobs are wiped as soon as they are encoded.
 */
export interface Answer {
  readonly output: object | undefined;
  readonly sensitive: boolean;
}

/** A service that speaks AWS's JSON protocol: named calls in, answers out. */
export interface Service {
  /** As it stands in a SigV4 credential scope. */
  readonly signingName: string;
  /** What stands before the dot in X-Amz-Target. */
  readonly targetPrefix: string;
  /** The top-level members of an operation that are blobs; nothing for an unknown operation. */
  blobMembers(operation: string): ReadonlySet<string> | undefined;
  /**
   * Answers a call and puts it on record before returning. Throws ServiceError for a refusal.
   * The input stays the caller's, who wipes its blobs when the call has ended.
   */
  answer(call: Call, by: Authenticated): Promise<Answer>;
  /**
   * Records and returns the refusal of a call whose body could not be read, so that a
   * malformed request of a known caller leaves its trace like any other.
   */
  refuse(operation: string, error: Error, by: Authenticated): Promise<Error>;
}

/** A service that speaks AWS's Query protocol: a form in, XML out. */
export interface QueryService {
  /** As it stands in a SigV4 credential scope. */
  readonly signingName: string;
  readonly xmlNamespace: string;
  /** Some clients sign for us-east-1 whatever Region they work in. */
  readonly isGlobal: true;
  /**
   * Answers a call and puts it on record before returning: the members of the result.
   * Throws ServiceError for a refusal.
   */
  answer(call: QueryCall, by: Authenticated): Promise<QueryOutput | undefined>;
}

/** What a form asks for. Every value of the input is text, whatever it stands for. */
export interface QueryCall extends Call {
  readonly version: string;
}

/** The members of a result, in the order in which they are to be written. */
export interface QueryOutput {
  readonly [member: string]: QueryValue | undefined;
}

/** Bytes are secret text, in ASCII: they are wiped as soon as they are encoded. */
export type QueryValue =
  | string
  | number
  | boolean
  | Date
  | Uint8Array
  | readonly QueryValue[]
  | QueryOutput;
