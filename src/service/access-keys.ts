import type { Eventually } from "../lib/eventually.ts";
import type { Caller } from "./caller.ts";
import type { SigningKey } from "./signing-key.ts";

/** The scope a SigV4 signing key is derived for. */
export interface SigningScope {
  readonly accessKeyId: string;
  /** yyyymmdd, as in the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Comes with the access keys of sessions, and with no others. */
  readonly sessionToken?: string | undefined;
}

/** Proof material for one access key in one scope, and whom it speaks for. */
export interface SigningCredential {
  readonly caller: Caller;
  /** The derived SigV4 signing key; the secret access key itself stays in the vault. */
  readonly signingKey: SigningKey;
  /** When a session ends; missing for an access key that lasts. */
  readonly expiresAtMs?: number;
}

/** What identity needs of whoever keeps the access keys. */
export interface AccessKeys {
  /**
   * Nothing when the access key is unknown or inactive, or the session token is not its own. The signing key is to be used at
   * once: it may be wiped a turn of the event loop later.
   */
  findSigningCredential(scope: SigningScope): Eventually<SigningCredential | undefined>;
}
