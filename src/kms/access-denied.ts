/** AccessDeniedException, in the words of the Troubleshooting access page of the IAM user guide. */
import { type Effect, reasonOf, type Voice } from "../policy/own-policies.ts";
import type { Caller } from "../service/caller.ts";
import { KmsError } from "./errors.ts";

/** For a key of another account or Region: the same words whether it exists or not. */
export function accessDeniedToUnknownKey(caller: Caller, action: string): KmsError {
  return denied(
    `${subject(caller, action)} on this resource because the resource does not exist in this ` +
      "Region, no resource-based policies allow access, or a resource-based policy explicitly " +
      "denies access",
  );
}

/** For what only identity policies can allow. Roots may do all in their account. */
export function accessDeniedByIdentity(caller: Caller, action: string, resource: string): KmsError {
  return accessDeniedBy("identity", caller, action, resource, "none");
}

/** Says whose policies do not allow, or explicitly deny, what the caller asked for. */
export function accessDeniedBy(
  by: Voice,
  caller: Caller,
  action: string,
  resource: string,
  effect: Effect,
): KmsError {
  const reason = reasonOf({ by, effect }, `kms:${action}`);
  return denied(`${subject(caller, action)} on ${resource} ${reason}`);
}

function subject({ arn }: Caller, action: string): string {
  return `User: ${arn} is not authorized to perform: kms:${action}`;
}

function denied(message: string): KmsError {
  return new KmsError("AccessDeniedException", message);
}
