/**
 * Key policies as they are kept. In place of the ARN of a user, a role or a session stands
 * the unique id, so that one that is deleted and made again is not who the policy means;
 * whoever reads the policy sees the ARN for as long as there is the identity ("AWS JSON
 * policy elements: Principal", IAM User Guide).
 */
import { parsePolicy } from "../policy/document.ts";
import type { PolicyDocument, PolicyPrincipal } from "../policy/language.ts";
import { renamePrincipals } from "../policy/rename-principals.ts";
import type { Identities } from "../service/identities.ts";

/** The text to keep of a policy; nothing when it names an identity that does not exist. */
export async function findPinnedPolicy(
  text: string,
  document: PolicyDocument,
  identities: Identities,
): Promise<string | undefined> {
  const ids = new Map<string, string>();
  for (const principal of principalsOf(document)) {
    if (principal.kind === "unique-id") {
      // How a session is kept is no way to name one.
      if (principal.id.includes(":")) return undefined;
      if ((await identities.findArn(principal.id)) === undefined) return undefined;
    } else if ("arn" in principal) {
      const id = await identities.findUniqueId(principal.arn);
      if (id === undefined) return undefined;
      ids.set(principal.arn, id);
    }
  }
  return renamePrincipals(text, (name) => ids.get(name) ?? name);
}

/** A kept policy as GetKeyPolicy shows it: the ids of those who were deleted stay ids. */
export async function shownPolicy(kept: string, identities: Identities): Promise<string> {
  const arns = new Map<string, string>();
  for (const principal of principalsOf(parsePolicy(kept))) {
    if (principal.kind !== "unique-id") continue;
    const arn = await identities.findArn(principal.id);
    if (arn !== undefined) arns.set(principal.id, arn);
  }
  return renamePrincipals(kept, (name) => arns.get(name) ?? name);
}

function principalsOf({ statements }: PolicyDocument): readonly PolicyPrincipal[] {
  return statements.flatMap(({ principal }) => principal?.values ?? []);
}
