/**
 * What those who make sessions need of whoever keeps secrets: tokens that hold all there is
 * to know of a session, so that nothing about it has to be stored.
 */
export interface SessionTokens {
  /** An opaque token for an access key. The bytes are at most maxSessionBytes long. */
  seal(accessKeyId: string, session: Uint8Array): Promise<string>;
  /** What was sealed for this access key; nothing for every text that is no such token. */
  open(accessKeyId: string, token: string): Promise<Uint8Array | undefined>;
}

export const maxSessionBytes = 4_096;
