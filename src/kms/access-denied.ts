/** AccessDeniedException, in the words of the Troubleshooting access page of the IAM user guide. */
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

/** For what only identity policies can allow, or what one denies. Roots may do all in their account. */
export function accessDeniedByIdentity(
  caller: Caller,
  action: string,
  resource: string,
  effect: "deny" | "none" = "none",
): KmsError {
  const reason =
    effect === "deny"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the kms:${action} action`;
  return denied(`${subject(caller, action)} on ${resource} ${reason}`);
}

/** For a key whose policy does not allow, or explicitly denies, what the caller asked for. */
export function accessDenied(
  caller: Caller,
  action: string,
  resource: string,
  effect: "deny" | "none",
): KmsError {
  const reason =
    effect === "deny"
      ? "with an explicit deny in a resource-based policy"
      : `because no resource-based policy allows the kms:${action} action`;
  return denied(`${subject(caller, action)} on ${resource} ${reason}`);
}

function subject({ arn }: Caller, action: string): string {
  return `User: ${arn} is not authorized to perform: kms:${action}`;
}

function denied(message: string): KmsError {
  return new KmsError("AccessDeniedException", message);
}
