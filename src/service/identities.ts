import type { Eventually } from "../lib/eventually.ts";

/**
 * What a service that keeps the names of identities needs of whoever keeps the identities.
 * A name changes hands; a unique id is one identity's for good: AIDA… of a user, AROA… of a
 * role, and AROA…:name of a session of that role, whether there is one or not.
 */
export interface Identities {
  /** The unique id of the identity that an ARN names at this moment; nothing when there is none. */
  findUniqueId(arn: string): Eventually<string | undefined>;
  /** The ARN of the identity at this moment; nothing when it was deleted, or never was. */
  findArn(uniqueId: string): Eventually<string | undefined>;
}
