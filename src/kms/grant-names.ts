/** By which names grants mean a caller. */
import { rootArn } from "../lib/arn.ts";
import { type RequestPrincipal, sessionId } from "../policy/principal.ts";

/** The names by which a grant can mean a caller. */
export interface GrantNames {
  /** What is granted to these stands by itself. */
  readonly inPerson: readonly string[];
  /** What is granted to these, a session has as far as its own limits go. */
  readonly asRole: readonly string[];
}

/**
 * The names by which a grant on a key in this Region can mean a principal. A user's is its
 * unique id, a session's are its own and the id of its role: grants that were made to the
 * name of one have nobody whom they mean.
 */
export function grantNamesOf(principal: RequestPrincipal, region: string): GrantNames {
  const asRole = principal.type === "assumed-role" ? [principal.role.id] : [];
  return { inPerson: namesInPerson(principal, region), asRole };
}

function namesInPerson(principal: RequestPrincipal, region: string): readonly string[] {
  if (principal.type === "root") return [rootArn(principal.accountId, region)];
  if (principal.type === "user") return [principal.id];
  if (principal.type === "assumed-role") return [sessionId(principal)];
  return principal.type === "service" ? principal.names : [];
}
