/** Whether a statement speaks of the caller, and how directly. */
import type { Element, PolicyPrincipal } from "./language.ts";

/** Who is asking, as the policy language knows callers. */
export type RequestPrincipal =
  /** The root user of an account. */
  | { readonly type: "root"; readonly accountId: string }
  | {
      readonly type: "user";
      readonly accountId: string;
      readonly arn: string;
      /** AIDA… Policies mean a user by it alone: a name may be another one's tomorrow. */
      readonly id: string;
    }
  | {
      readonly type: "assumed-role";
      readonly accountId: string;
      /** The ARN of the session, arn:aws:sts::…:assumed-role/… */
      readonly arn: string;
      /** The role's own ARN, with its path, and its AROA… id, by which alone policies mean it. */
      readonly role: { readonly arn: string; readonly id: string };
    }
  | { readonly type: "federated-user"; readonly accountId: string; readonly arn: string }
  | { readonly type: "service"; readonly names: readonly string[] }
  | { readonly type: "federated"; readonly provider: string }
  | { readonly type: "anonymous" };

/** A caller as authentication leaves it. */
interface Authenticated {
  readonly type: string;
  readonly accountId: string;
  readonly arn: string;
  readonly principalId: string;
  readonly session?: { readonly role: { readonly arn: string; readonly id: string } };
}

/** Whom policies take a caller for. Nothing for one who is nobody to them: an operator on the admin socket. */
export function principalOf({
  type,
  accountId,
  arn,
  principalId: id,
  session,
}: Authenticated): RequestPrincipal | undefined {
  if (session !== undefined) return { type: "assumed-role", accountId, arn, role: session.role };
  if (type === "IAMUser") return { type: "user", accountId, arn, id };
  return type === "Root" ? { type: "root", accountId } : undefined;
}

/**
 * How a statement came to speak of the caller, the strongest first. Within the resource's
 * own account, an allow through "principal" or "everyone" stands by itself; one through
 * "role" is still limited by the session's policies and the boundary; one through "account"
 * only lets identity policies decide. (IAM User Guide, "Policy evaluation logic".)
 */
export type MatchKind = "principal" | "everyone" | "role" | "account";

export type PrincipalTest = (caller: RequestPrincipal) => MatchKind | undefined;

interface Named {
  readonly everyone: boolean;
  readonly accounts: ReadonlySet<string>;
  readonly arns: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly providers: ReadonlySet<string>;
}

/** Compiles a Principal or a NotPrincipal element. */
export function compilePrincipals(element: Element<PolicyPrincipal>): PrincipalTest {
  const named = collect(element.values);
  if (element.negated) return (caller) => (isExempt(named, caller) ? undefined : "everyone");
  return (caller) => strongestMatch(named, caller);
}

function strongestMatch(named: Named, caller: RequestPrincipal): MatchKind | undefined {
  if (isNamed(named, caller)) return "principal";
  if (named.everyone) return "everyone";
  if (caller.type === "assumed-role" && hasRole(named, caller.role)) return "role";
  return hasAccount(named, caller) ? "account" : undefined;
}

/**
 * NotPrincipal spares a caller only when every layer of it is listed: the account, for a
 * session the role, and the user or session itself. (IAM User Guide, "NotPrincipal".)
 */
function isExempt(named: Named, caller: RequestPrincipal): boolean {
  if (named.everyone) return true;
  if (!("accountId" in caller)) return isNamed(named, caller);
  if (!hasAccount(named, caller)) return false;
  if (caller.type === "root") return true;
  if (caller.type === "assumed-role" && !hasRole(named, caller.role)) return false;
  return isNamed(named, caller);
}

function isNamed(named: Named, caller: RequestPrincipal): boolean {
  if (caller.type === "user") return named.ids.has(caller.id);
  if (caller.type === "assumed-role" && named.ids.has(sessionId(caller))) return true;
  if ("arn" in caller && named.arns.has(caller.arn)) return true;
  if (caller.type === "service") return caller.names.some((name) => named.services.has(name));
  return caller.type === "federated" && named.providers.has(caller.provider);
}

function hasRole(named: Named, role: { readonly id: string }): boolean {
  return named.ids.has(role.id);
}

/** A session by the id of its role and its own name, as aws:userid has it. */
export function sessionId({
  arn,
  role,
}: Extract<RequestPrincipal, { readonly type: "assumed-role" }>): string {
  return `${role.id}:${arn.slice(arn.lastIndexOf("/") + 1)}`;
}

function hasAccount(named: Named, caller: RequestPrincipal): boolean {
  return "accountId" in caller && named.accounts.has(caller.accountId);
}

function collect(principals: readonly PolicyPrincipal[]): Named {
  const texts = (pick: (principal: PolicyPrincipal) => string | undefined) =>
    new Set(principals.map(pick).filter((text) => text !== undefined));
  return {
    everyone: principals.some(({ kind }) => kind === "everyone"),
    accounts: texts((entry) => (entry.kind === "account" ? entry.accountId : undefined)),
    arns: texts((entry) => ("arn" in entry ? entry.arn : undefined)),
    ids: texts((entry) => (entry.kind === "unique-id" ? entry.id : undefined)),
    services: texts((entry) => (entry.kind === "service" ? entry.name : undefined)),
    providers: texts((entry) => (entry.kind === "federated" ? entry.provider : undefined)),
  };
}
