/**
 * What AWS answers when an XKS proxy fails: each failure has one meaning, and each kind of
 * operation its own errors and words for it ("Troubleshooting external key stores" in the
 * AWS KMS developer guide).
 */
import type { ConnectionErrorCodeType } from "@aws-sdk/client-kms";
import type { XksFailure } from "../service/external-keys.ts";
import { KmsError, type KmsErrorCode } from "./errors.ts";

const verifyNetwork =
  "This might be a transient network issue. If you see this error repeatedly, verify that your " +
  "external key store proxy is active and is connected to the network, and that its endpoint " +
  "URI is correct in your external key store.";
const verifyEndpoint =
  "Verify that your external key store proxy is active and is connected to the network, and that " +
  "its URI path and endpoint URI or VPC service name are correct in your external key store.";
const cannotInterpret =
  "AWS KMS cannot interpret the response from the external key store proxy. If you see this " +
  "error repeatedly, consult your external key store proxy administrator.";
const rejected = "The external key store proxy rejected the request because";

/** What is wrong, in the words that AWS has for a cryptographic operation. */
const words: Readonly<Record<XksFailure, string>> = {
  unreachable: `AWS KMS cannot communicate with the external key store proxy. ${verifyNetwork}`,
  tls:
    "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS " +
    "configuration, including its certificate.",
  "timed-out":
    `AWS KMS rejected the request because the external key store proxy did not respond in time. ` +
    "Retry the request. If you see this error repeatedly, report it to your external key store " +
    "proxy administrator.",
  uninterpretable: cannotInterpret,
  unhealthy:
    "The external key store proxy is in an unhealthy state. If you see this message repeatedly, " +
    "notify your external key store proxy administrator.",
  AccessDeniedException:
    "The external key store proxy denied access to the operation. Verify that the user and the " +
    "external key are both authorized for this operation, and try the request again.",
  AuthenticationFailedException:
    `${rejected} it could not authenticate AWS KMS. Verify the credentials for your external key ` +
    "store and update if necessary.",
  DependencyTimeoutException:
    "The external key store proxy did not respond to the request in the time allotted. Retry the " +
    "request. If you see this error repeatedly, report it to your external key store proxy " +
    "administrator.",
  InternalException: cannotInterpret,
  InvalidCiphertextException:
    `${rejected} the specified ciphertext or additional authenticated data is corrupted, missing, ` +
    "or otherwise invalid.",
  InvalidKeyUsageException: `${rejected} the external key does not support the requested operation.`,
  InvalidStateException: `${rejected} the external key is not enabled in the external key manager.`,
  InvalidUriPathException:
    `${rejected} of an invalid URI path. Verify the URI path for your external key store and ` +
    "update if necessary.",
  KeyNotFoundException: `${rejected} it could not find the external key.`,
  ThrottlingException:
    `${rejected} of a very high request rate. Reduce the frequency of your calls using this ` +
    "external key store.",
  UnsupportedOperationException: `${rejected} it does not support the requested cryptographic operation.`,
  ValidationException: cannotInterpret,
};

/** The refusal of a cryptographic operation, whatever failed: the key cannot be used as it is now. */
export function cryptographyFailed(failure: XksFailure): KmsError {
  return new KmsError("KMSInvalidStateException", words[failure]);
}

/** Failures that CreateKey has errors of their own for. */
const keyErrors: Partial<Record<XksFailure, KmsErrorCode>> = {
  KeyNotFoundException: "XksKeyNotFoundException",
  InvalidKeyUsageException: "XksKeyInvalidConfigurationException",
  InvalidStateException: "XksKeyInvalidConfigurationException",
};

/** The refusal of CreateKey. */
export function keyCreationFailed(failure: XksFailure): KmsError {
  const code = keyErrors[failure] ?? "CustomKeyStoreInvalidStateException";
  return new KmsError(code, words[failure]);
}

const unreachable: KmsErrorCode = "XksProxyUriUnreachableException";
const invalidResponse: KmsErrorCode = "XksProxyInvalidResponseException";

const settingsErrors: Readonly<Record<XksFailure, KmsErrorCode>> = {
  unreachable,
  tls: "XksProxyInvalidConfigurationException",
  "timed-out": unreachable,
  uninterpretable: invalidResponse,
  unhealthy: unreachable,
  AccessDeniedException: invalidResponse,
  AuthenticationFailedException: "XksProxyIncorrectAuthenticationCredentialException",
  DependencyTimeoutException: unreachable,
  InternalException: invalidResponse,
  InvalidCiphertextException: invalidResponse,
  InvalidKeyUsageException: invalidResponse,
  InvalidStateException: invalidResponse,
  InvalidUriPathException: "XksProxyInvalidConfigurationException",
  KeyNotFoundException: invalidResponse,
  ThrottlingException: unreachable,
  UnsupportedOperationException: invalidResponse,
  ValidationException: invalidResponse,
};

/** The refusal of CreateCustomKeyStore and UpdateCustomKeyStore: with these settings it does not work. */
export function settingsFailed(failure: XksFailure): KmsError {
  const message =
    failure === "unreachable"
      ? `AWS KMS cannot communicate with the external key store proxy. ${verifyEndpoint}`
      : words[failure];
  return new KmsError(settingsErrors[failure], message);
}

const connectionErrors: Readonly<Record<XksFailure, ConnectionErrorCodeType>> = {
  unreachable: "XKS_PROXY_NOT_REACHABLE",
  tls: "XKS_PROXY_INVALID_TLS_CONFIGURATION",
  "timed-out": "XKS_PROXY_TIMED_OUT",
  uninterpretable: "XKS_PROXY_INVALID_RESPONSE",
  unhealthy: "XKS_PROXY_NOT_REACHABLE",
  AccessDeniedException: "XKS_PROXY_ACCESS_DENIED",
  AuthenticationFailedException: "INVALID_CREDENTIALS",
  DependencyTimeoutException: "XKS_PROXY_TIMED_OUT",
  InternalException: "XKS_PROXY_INVALID_RESPONSE",
  InvalidCiphertextException: "XKS_PROXY_INVALID_RESPONSE",
  InvalidKeyUsageException: "XKS_PROXY_INVALID_RESPONSE",
  InvalidStateException: "XKS_PROXY_INVALID_RESPONSE",
  InvalidUriPathException: "XKS_PROXY_INVALID_CONFIGURATION",
  KeyNotFoundException: "XKS_PROXY_INVALID_RESPONSE",
  ThrottlingException: "XKS_PROXY_TIMED_OUT",
  UnsupportedOperationException: "XKS_PROXY_INVALID_RESPONSE",
  ValidationException: "XKS_PROXY_INVALID_RESPONSE",
};

/** Why a key store is FAILED, as DescribeCustomKeyStores shows it. */
export function connectionErrorCode(failure: XksFailure): ConnectionErrorCodeType {
  return connectionErrors[failure];
}
