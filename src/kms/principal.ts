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
 * The names by which a grant on a key in this Region can mean a principal. Users and roles
 * have none: one is what its unique id says, and a grant made before there are any has
 * only a name, which whoever comes later could take.
 */
export function grantNamesOf(principal: RequestPrincipal, region: string): readonly string[] {
  if (principal.type === "root") return [rootArn(principal.accountId, region)];
  return principal.type === "service" ? principal.names : [];
}
