/** What a session token says: all there is to know of one session of a role. */
import type { SessionTag } from "../../service/caller.ts";

/** Nothing about a session is stored; this is all of it. */
export interface Session {
  readonly roleId: string;
  readonly name: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Sealed by the vault for the session's access key. */
  readonly wrappedSecret: Uint8Array;
  readonly limits: SessionLimits;
  readonly sourceIdentity?: string;
}

/** What a caller may add to a session, and what takes up the room in its token. */
export interface SessionLimits {
  readonly policy?: string;
  readonly tags: readonly SessionTag[];
  /** Which of the tags are inherited by sessions made from this one. */
  readonly transitiveTagKeys: readonly string[];
}

const version = 1;
/** The room there is in a token for policy and tags. The rest is far less than what is left. */
const limitsBytesMax = 3_072;

/** As it stands in a token: JSON, for the token is sealed and read by nobody else. */
export function encodeSession({ wrappedSecret, ...session }: Session): Buffer {
  const secret = Buffer.from(wrappedSecret).toString("base64");
  return Buffer.from(JSON.stringify({ version, ...session, wrappedSecret: secret }), "utf8");
}

/** Reads what encodeSession wrote. Throws for anything else: the vault vouches for it. */
export function decodeSession(bytes: Uint8Array): Session {
  const {
    version: written,
    wrappedSecret,
    ...session
  } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Omit<Session, "wrappedSecret"> & {
    version: number;
    wrappedSecret: string;
  };
  if (written !== version) throw new Error("a session token of another version");
  return { ...session, wrappedSecret: Buffer.from(wrappedSecret, "base64") };
}

/** How much of the room that there is for policy and tags is taken, in percent, rounded up. */
export function packedPercent(limits: SessionLimits): number {
  const bytes = Buffer.byteLength(JSON.stringify(limits), "utf8");
  return Math.ceil((bytes * 100) / limitsBytesMax);
}
