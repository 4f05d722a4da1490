import { ServiceError } from "../service/service-error.ts";

/** IAM API Reference, "Common Errors" and the errors of its operations. */
const statuses = {
  AccessDenied: 403,
  ConcurrentModification: 409,
  DeleteConflict: 409,
  EntityAlreadyExists: 409,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  NoSuchEntity: 404,
  ValidationError: 400,
} as const;

/** A refusal of IAM, in its own words. */
export function iamError(code: keyof typeof statuses, message: string): ServiceError {
  return new ServiceError(code, statuses[code], message);
}

export function noSuchUser(userName: string): ServiceError {
  return iamError("NoSuchEntity", `The user with name ${userName} cannot be found.`);
}
