/**
 * A role's trust policy, ready to be asked about one caller: users and roles in it are who
 * they were when it was sent.
 */
import { type CompiledPolicy, compilePolicy } from "../../policy/compile.ts";
import type { PolicyPrincipal } from "../../policy/language.ts";
import { parseTrustPolicy } from "../../policy/trust-document.ts";
import { nameOf, type Trust } from "../trust.ts";

/** Ready to be asked about a caller: their role's id, where the caller is a session of one. */
export function compiledTrust(
  { trustPolicy, trustedIds }: Trust,
  callerRoleId: string | undefined,
): CompiledPolicy {
  const document = parseTrustPolicy(trustPolicy);
  const meant = (principal: PolicyPrincipal): readonly PolicyPrincipal[] => {
    const name = nameOf(principal);
    if (name === undefined) return [principal];
    const id = Object.hasOwn(trustedIds, name) ? trustedIds[name] : undefined;
    if (id === undefined) return [];
    if (principal.kind === "assumed-role") return id === callerRoleId ? [principal] : [];
    return [{ kind: "unique-id", id }];
  };
  const statements = document.statements.map(({ principal, ...statement }) => ({
    ...statement,
    ...(principal === undefined
      ? {}
      : { principal: { ...principal, values: principal.values.flatMap(meant) } }),
  }));
  return compilePolicy({ ...document, statements });
}
