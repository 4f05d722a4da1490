/**
 * The port to keys that are kept outside: in an external key manager, behind a proxy that
 * speaks the AWS KMS External Key Store (XKS) proxy API, version 1.
 */

/** The proxy of one external key store, and the credential it knows us by. */
export interface XksProxy {
  readonly accountId: string;
  readonly region: string;
  readonly customKeyStoreId: string;
  /** https:// and a host name. */
  readonly uriEndpoint: string;
  readonly uriPath: string;
  readonly accessKeyId: string;
  /** The secret access key, sealed by the vault. */
  readonly wrappedSecret: Uint8Array;
}

/** On whose behalf a proxy is asked, in the words of the API's requestMetadata. */
export interface XksCause {
  readonly kmsOperation: string;
  readonly kmsRequestId: string;
  readonly awsPrincipalArn: string;
  /** Nothing while the KMS key does not exist yet. */
  readonly kmsKeyArn?: string;
}

/** Why a proxy is asked how it is: nobody's key is concerned. */
export type XksHealthCause = Pick<XksCause, "kmsOperation" | "kmsRequestId">;

/** One external key, as its proxy names it. */
export interface ExternalKeyName {
  readonly proxy: XksProxy;
  readonly xksKeyId: string;
}

export interface ExternalKeyMetadata {
  readonly keySpec: string;
  readonly keyUsage: readonly string[];
  readonly keyStatus: string;
}

/** What an external key makes of a plaintext with AES-GCM. */
export interface ExternalCiphertext {
  readonly initializationVector: Uint8Array;
  readonly authenticationTag: Uint8Array;
  /** Whatever the external key manager wants to see again; mostly empty. */
  readonly metadata: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** The errors a proxy may answer with, by their errorName. */
export const xksErrorNames = [
  "AccessDeniedException",
  "AuthenticationFailedException",
  "DependencyTimeoutException",
  "InternalException",
  "InvalidCiphertextException",
  "InvalidKeyUsageException",
  "InvalidStateException",
  "InvalidUriPathException",
  "KeyNotFoundException",
  "ThrottlingException",
  "UnsupportedOperationException",
  "ValidationException",
] as const;

export type XksErrorName = (typeof xksErrorNames)[number];

/**
 * Why a proxy was of no use: no connection came about, or it may not be spoken to; its
 * certificate is not to be trusted; it took too long; what it said is not an answer; all
 * its key managers are down; or it said no, and why.
 */
export type XksFailure =
  | "unreachable"
  | "tls"
  | "timed-out"
  | "uninterpretable"
  | "unhealthy"
  | XksErrorName;

export interface XksFailed {
  readonly failed: XksFailure;
}

export function hasFailed(answer: object): answer is XksFailed {
  return "failed" in answer;
}

/**
 * Whatever a proxy does or leaves undone is a value, never an exception. Rejects only when
 * the signing key cannot be had from the vault.
 */
export interface ExternalKeys {
  /** Whether any external key manager behind the proxy is up. */
  checkHealth(proxy: XksProxy, cause: XksHealthCause): Promise<{ healthy: true } | XksFailed>;
  describe(key: ExternalKeyName, cause: XksCause): Promise<ExternalKeyMetadata | XksFailed>;
  encrypt(
    key: ExternalKeyName,
    message: { readonly plaintext: Uint8Array; readonly associatedData: Uint8Array },
    cause: XksCause,
  ): Promise<ExternalCiphertext | XksFailed>;
  decrypt(
    key: ExternalKeyName,
    message: ExternalCiphertext & { readonly associatedData: Uint8Array },
    cause: XksCause,
  ): Promise<{ readonly plaintext: Uint8Array } | XksFailed>;
}
