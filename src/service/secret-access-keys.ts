/** The immutable facts that a wrapped secret access key is bound to. */
export interface SecretAccessKeyFacts {
  readonly accountId: string;
  readonly accessKeyId: string;
}

/** What is asked to derive a signing key: whose, and for which credential scope. */
export interface SigningKeyRequest {
  readonly facts: SecretAccessKeyFacts;
  readonly wrapped: Uint8Array;
  /** yyyymmdd, as in the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/**
 * What those who keep access keys need of whoever keeps secrets. The secret itself is
 * shown once, to be handed to its owner; only its wrapped form is stored.
 */
export interface SecretAccessKeys {
  /** Makes a secret, or takes the one given. The caller wipes `secretAccessKey`: ASCII bytes. */
  create(
    facts: SecretAccessKeyFacts,
    secret?: Uint8Array,
  ): Promise<{ readonly secretAccessKey: Uint8Array; readonly wrapped: Uint8Array }>;
  /** The SigV4 signing key, 32 bytes, for the caller to wipe. Rejects when it cannot be had. */
  deriveSigningKey(request: SigningKeyRequest): Promise<Uint8Array>;
}

/**
 * The facts that the secret of an XKS proxy's credential is bound to: its key store and its
 * access key id. No access key of ours has an id like this, so neither stands for the other.
 */
export function proxySecretFacts({
  accountId,
  customKeyStoreId,
  accessKeyId,
}: {
  readonly accountId: string;
  readonly customKeyStoreId: string;
  readonly accessKeyId: string;
}): SecretAccessKeyFacts {
  return { accountId, accessKeyId: `${customKeyStoreId.replace("-", "_")}_${accessKeyId}` };
}
