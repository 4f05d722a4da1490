/**
 * The port to keys that are kept in hardware security modules of the operator's, or what
 * stands in for them: PKCS#11 tokens. A token does for a key store what a CloudHSM cluster
 * does with AWS.
 */

/** One key store of type AWS_CLOUDHSM, and the password of the user that its token knows us as. */
export interface TokenKeyStore {
  readonly accountId: string;
  readonly region: string;
  readonly customKeyStoreId: string;
  readonly clusterId: string;
  /** Sealed by the vault. */
  readonly sealedPassword: Uint8Array;
}

/** One key in a token. */
export interface TokenKey {
  readonly keyStore: TokenKeyStore;
  /** 16 bytes that name the key in its token. */
  readonly tokenKeyId: Uint8Array;
}

/** What a token makes of a plaintext with AES-GCM. */
export interface TokenSealed {
  readonly initializationVector: Uint8Array;
  readonly authenticationTag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * Why a token was of no use: no cluster of that id is the account's; its token is not there,
 * or lacks what is needed; no user PIN was ever set, or it is locked, or another; the key is
 * not there; the ciphertext is not one that the key made; the process that works with tokens
 * is away; the token took too long, or said something else.
 */
export type TokenProblem =
  | "cluster-unknown"
  | "token-missing"
  | "token-unfit"
  | "user-missing"
  | "user-locked"
  | "pin-incorrect"
  | "key-missing"
  | "rejected"
  | "away"
  | "timed-out"
  | "failed";

export interface TokenFailed {
  readonly failed: TokenProblem;
}

/** That it was done, and no more. */
export interface TokenDone {
  readonly done: true;
}

/**
 * Whatever a token does or leaves undone is a value, never an exception. Rejects only when
 * the password cannot be had from the vault.
 */
export interface TokenKeys {
  /** Whether the cluster's token is there, and fit. Nobody logs in. */
  find(cluster: Pick<TokenKeyStore, "accountId" | "clusterId">): Promise<TokenDone | TokenFailed>;
  /** Logs in with the key store's password. */
  connect(keyStore: TokenKeyStore): Promise<TokenDone | TokenFailed>;
  disconnect(keyStore: TokenKeyStore): Promise<TokenDone | TokenFailed>;
  /** Makes an AES-256 key that never leaves the token; its handle is for the record. */
  create(key: TokenKey, label: string): Promise<{ readonly keyHandle: string } | TokenFailed>;
  destroy(key: TokenKey): Promise<TokenDone | TokenFailed>;
  encrypt(
    key: TokenKey,
    message: { readonly plaintext: Uint8Array; readonly associatedData: Uint8Array },
  ): Promise<TokenSealed | TokenFailed>;
  decrypt(
    key: TokenKey,
    message: TokenSealed & { readonly associatedData: Uint8Array },
  ): Promise<{ readonly plaintext: Uint8Array } | TokenFailed>;
  /** From the token's generator; the caller wipes them. */
  generateRandom(
    keyStore: TokenKeyStore,
    lengthBytes: number,
  ): Promise<{ readonly bytes: Uint8Array } | TokenFailed>;
}

/** What those who log in to tokens need of whoever keeps secrets. */
export interface KeyStorePasswords {
  /** The caller wipes the password. */
  seal(keyStore: PasswordOwner, password: Uint8Array): Promise<Uint8Array>;
  /** The password, for the caller to wipe. Rejects when it cannot be had. */
  open(keyStore: PasswordOwner, sealed: Uint8Array): Promise<Uint8Array>;
}

/** Whose password it is: it opens for no other. */
export type PasswordOwner = Pick<TokenKeyStore, "accountId" | "region" | "customKeyStoreId">;
