import { ServiceError } from "../../service/service-error.ts";

/** AWS STS API Reference, "Common Errors" and the errors of its operations. */
const statuses = {
  AccessDenied: 403,
  InvalidParameterValue: 400,
  PackedPolicyTooLarge: 400,
  ValidationError: 400,
} as const;

/** A refusal of STS, in its own words. */
export function stsError(code: keyof typeof statuses, message: string): ServiceError {
  return new ServiceError(code, statuses[code], message);
}
