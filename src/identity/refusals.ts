/**
 * The refusals of authentication in the words of AWS's JSON protocol. All of them are
 * the client's fault and answered with 400, even those one would call 403.
 */
import { ServiceError } from "../service/service-error.ts";

const clientFault = 400;

/** What AWS says of every signature that is not the expected one, whatever the reason. */
export const mismatch =
  "The request signature we calculated does not match the signature you provided. " +
  "Check your AWS Secret Access Key and signing method. " +
  "Consult the service documentation for details.";

/** The request carries no signature at all. */
export function missingAuthenticationToken(): ServiceError {
  const message = "Request is missing Authentication Token";
  return new ServiceError("MissingAuthenticationTokenException", clientFault, message);
}

/** The request carries something that cannot be read as a Signature Version 4. */
export function incompleteSignature(message: string): ServiceError {
  return new ServiceError("IncompleteSignatureException", clientFault, message);
}

/** The access key is unknown or inactive, or the session token does not belong to it. */
export function unrecognizedClient(): ServiceError {
  const message = "The security token included in the request is invalid.";
  return new ServiceError("UnrecognizedClientException", clientFault, message);
}

/** The session is over. */
export function expiredToken(): ServiceError {
  const message = "The security token included in the request is expired";
  return new ServiceError("ExpiredTokenException", clientFault, message);
}

/** The signature can be read, but does not count for this request. */
export function invalidSignature(message: string): ServiceError {
  return new ServiceError("InvalidSignatureException", clientFault, message);
}
