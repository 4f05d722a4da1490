/**
 * Everything that may be said to the process that works with PKCS#11 tokens, and nothing
 * else. No reply has a place for key material: it never leaves its token.
 */

/** One key in a token. */
export interface TokenKeyName {
  readonly tokenLabel: string;
  /** CKA_ID, 16 bytes. */
  readonly keyId: Uint8Array;
}

/** What a token makes of a plaintext with AES-GCM. */
export interface TokenCiphertext {
  readonly initializationVector: Uint8Array;
  readonly authenticationTag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** That it was done, and no more. */
export interface Done {
  readonly done: true;
}

export interface TokenCommands {
  /** Whether the token is there, and can do what is asked of it. Nobody logs in. */
  findToken: { request: { readonly tokenLabel: string }; reply: Done };
  /** Logs in anew, as the token's user; whoever reads the PIN wipes it. */
  logIn: { request: { readonly tokenLabel: string; readonly pin: Uint8Array }; reply: Done };
  logOut: { request: { readonly tokenLabel: string }; reply: Done };
  /** An AES-256 key that never leaves the token. */
  createKey: {
    request: TokenKeyName & { readonly keyLabel: string };
    reply: { readonly keyHandle: string };
  };
  encrypt: {
    request: TokenKeyName & {
      readonly plaintext: Uint8Array;
      readonly associatedData: Uint8Array;
    };
    reply: TokenCiphertext;
  };
  decrypt: {
    request: TokenKeyName & TokenCiphertext & { readonly associatedData: Uint8Array };
    reply: { readonly plaintext: Uint8Array };
  };
  destroyKey: { request: TokenKeyName; reply: Done };
  generateRandom: {
    request: { readonly tokenLabel: string; readonly lengthBytes: number };
    reply: { readonly bytes: Uint8Array };
  };
}

export type TokenCommandName = keyof TokenCommands;
export type TokenRequest<Name extends TokenCommandName> = TokenCommands[Name]["request"];
export type TokenReply<Name extends TokenCommandName> = TokenCommands[Name]["reply"];

/**
 * Why it was not done: no such token, or several; a token that lacks what is needed; no
 * user PIN was ever set, or it is locked, or another; nobody has logged in; no such key;
 * the ciphertext is not one that the key made; too much waits for the token; the request
 * makes no sense; or the token said something else.
 */
export const tokenFailures = [
  "token-missing",
  "token-unfit",
  "user-missing",
  "user-locked",
  "pin-incorrect",
  "logged-out",
  "key-missing",
  "rejected",
  "busy",
  "malformed",
  "failed",
] as const;

export type TokenFailure = (typeof tokenFailures)[number];

/** What the token is given to do its work, in milliseconds: what nobody waits for is not begun. */
export function deadlineMsOf(command: TokenCommandName): number {
  return slowCommands.has(command) ? 5_000 : 2_000;
}

const slowCommands: ReadonlySet<TokenCommandName> = new Set<TokenCommandName>([
  "logIn",
  "createKey",
]);
