import { ServiceError } from "../../service/service-error.ts";

const statuses = {
  AccessDeniedException: 400,
  ConcurrentModificationException: 400,
  EntityAlreadyExistsException: 400,
  NoSuchEntityException: 400,
  UnknownOperationException: 400,
  ValidationException: 400,
} as const;

/** A refusal of the admin service, in the words of AWS's IAM where it has any. */
export function refusal(code: keyof typeof statuses, message: string): ServiceError {
  return new ServiceError(code, statuses[code], message);
}

export function noSuchAccount(accountId: string): ServiceError {
  return refusal("NoSuchEntityException", `There is no account ${accountId}.`);
}

export function noSuchAccessKey(accessKeyId: string): ServiceError {
  return refusal("NoSuchEntityException", `There is no access key ${accessKeyId}.`);
}
