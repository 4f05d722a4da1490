import type * as sdk from "@aws-sdk/client-kms";
import { ServiceError } from "../service/service-error.ts";

/** Every exception the KMS model declares; the SDK's own base class is not one of them. */
type Modeled = Exclude<keyof typeof sdk & `${string}Exception`, "KMSServiceException">;

/** Exceptions any operation may answer with, which the model does not list per operation. */
type Common =
  | "AccessDeniedException"
  | "NotAuthorizedException"
  | "SerializationException"
  | "ThrottlingException"
  | "ValidationException";

/**
 * HTTP status by error code, as AWS KMS answers on the wire: 400 for the caller's
 * mistakes, 500 for ours. The model's httpError traits (404, 409, 412) are not what
 * the service sends. `satisfies` makes a forgotten exception a compile error.
 */
const statusOf = {
  AccessDeniedException: 400,
  AlreadyExistsException: 400,
  CloudHsmClusterInUseException: 400,
  CloudHsmClusterInvalidConfigurationException: 400,
  CloudHsmClusterNotActiveException: 400,
  CloudHsmClusterNotFoundException: 400,
  CloudHsmClusterNotRelatedException: 400,
  ConflictException: 400,
  CustomKeyStoreHasCMKsException: 400,
  CustomKeyStoreInvalidStateException: 400,
  CustomKeyStoreNameInUseException: 400,
  CustomKeyStoreNotFoundException: 400,
  DependencyTimeoutException: 500,
  DisabledException: 400,
  DryRunOperationException: 400,
  ExpiredImportTokenException: 400,
  IncorrectKeyException: 400,
  IncorrectKeyMaterialException: 400,
  IncorrectTrustAnchorException: 400,
  InvalidAliasNameException: 400,
  InvalidArnException: 400,
  InvalidCiphertextException: 400,
  InvalidGrantIdException: 400,
  InvalidGrantTokenException: 400,
  InvalidImportTokenException: 400,
  InvalidKeyUsageException: 400,
  InvalidMarkerException: 400,
  KMSInternalException: 500,
  KMSInvalidMacException: 400,
  KMSInvalidSignatureException: 400,
  KMSInvalidStateException: 400,
  KeyUnavailableException: 500,
  LimitExceededException: 400,
  MalformedPolicyDocumentException: 400,
  NotAuthorizedException: 400,
  NotFoundException: 400,
  SerializationException: 400,
  TagException: 400,
  ThrottlingException: 400,
  UnsupportedOperationException: 400,
  ValidationException: 400,
  XksKeyAlreadyInUseException: 400,
  XksKeyInvalidConfigurationException: 400,
  XksKeyNotFoundException: 400,
  XksProxyIncorrectAuthenticationCredentialException: 400,
  XksProxyInvalidConfigurationException: 400,
  XksProxyInvalidResponseException: 400,
  XksProxyUriEndpointInUseException: 400,
  XksProxyUriInUseException: 400,
  XksProxyUriUnreachableException: 400,
  XksProxyVpcEndpointServiceInUseException: 400,
  XksProxyVpcEndpointServiceInvalidConfigurationException: 400,
  XksProxyVpcEndpointServiceNotFoundException: 400,
} as const satisfies Record<Modeled | Common, number>;

export type KmsErrorCode = keyof typeof statusOf;

/** Whether this is the code of an error that KMS answers with. */
export function isKmsErrorCode(name: string): name is KmsErrorCode {
  return Object.hasOwn(statusOf, name);
}

/** A refusal in KMS's words. Without a message the wire carries none, as AWS does for some errors. */
export class KmsError extends ServiceError {
  constructor(code: KmsErrorCode, message?: string, options: { cause?: unknown } = {}) {
    super(code, statusOf[code], message, {
      // The one error whose message member AWS spells with a capital.
      messageMember: code === "AccessDeniedException" ? "Message" : "message",
      cause: options.cause,
    });
  }
}

/** What was sent is against a rule that its shape does not show. */
export function invalid(message: string): KmsError {
  return new KmsError("ValidationException", message);
}

/** What AWS KMS answers to a caller who asks too often. */
export function throttled(): KmsError {
  return new KmsError(
    "ThrottlingException",
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
  );
}
