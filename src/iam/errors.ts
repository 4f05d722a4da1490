import { reasonOf, type Verdict } from "../policy/own-policies.ts";
import type { Caller } from "../service/caller.ts";
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

/** The refusal of what the caller's own policies do not allow, or explicitly deny. */
export function policyDenial(
  { arn }: Caller,
  action: string,
  resource: string,
  verdict: Verdict,
): ServiceError {
  const why = reasonOf(verdict, action);
  return iamError(
    "AccessDenied",
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`,
  );
}

export function noSuchRole(roleName: string): ServiceError {
  return iamError("NoSuchEntity", `The role with name ${roleName} cannot be found.`);
}

export function noSuchGroup(groupName: string): ServiceError {
  return iamError("NoSuchEntity", `The group with name ${groupName} cannot be found.`);
}

export function noSuchUser(userName: string): ServiceError {
  return iamError("NoSuchEntity", `The user with name ${userName} cannot be found.`);
}
