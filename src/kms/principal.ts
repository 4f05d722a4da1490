/** Whom key policies and grants take a caller for. */
import { rootArn } from "../lib/arn.ts";
import type { RequestPrincipal } from "../policy/principal.ts";
import type { Caller } from "../service/caller.ts";

/** Nothing for a caller who is nobody to KMS: an operator on the admin socket. */
export function principalOf({
  type,
  accountId,
  arn,
  principalId: id,
  session,
}: Caller): RequestPrincipal | undefined {
  if (session !== undefined) return { type: "assumed-role", accountId, arn, role: session.role };
  if (type === "IAMUser") return { type: "user", accountId, arn, id };
  return type === "Root" ? { type: "root", accountId } : undefined;
}

/**
 * The names by which a grant on a key in this Region can mean a principal. A user's is its
 * unique id, a session's the one of its role: grants that were made to the name of one have
 * nobody whom they mean.
 */
export function grantNamesOf(principal: RequestPrincipal, region: string): readonly string[] {
  if (principal.type === "root") return [rootArn(principal.accountId, region)];
  if (principal.type === "user") return [principal.id];
  if (principal.type === "assumed-role") return [principal.role.id];
  return principal.type === "service" ? principal.names : [];
}
