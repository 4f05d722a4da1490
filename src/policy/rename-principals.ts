/** Other names for the principals of a policy, in a text that otherwise stays as it was. */
import { readJson } from "./json.ts";

/**
 * The text of a policy that was accepted before, with other names under "AWS" in its
 * Principal and NotPrincipal elements, and every other character in its place. Names in
 * conditions are left alone: those are compared with what the caller is called.
 */
export function renamePrincipals(policy: string, rename: (name: string) => string): string {
  let renamed = "";
  let copied = 0;
  readJson(policy, ({ members, value, start, end }) => {
    const name = isPrincipal(members) ? rename(value) : value;
    if (name === value) return;
    renamed += policy.slice(copied, start) + JSON.stringify(name);
    copied = end;
  });
  return renamed + policy.slice(copied);
}

function isPrincipal(members: readonly string[]): boolean {
  const [first, second = "", third] = members;
  const isElement = second === "Principal" || second === "NotPrincipal";
  return members.length === 3 && first === "Statement" && isElement && third === "AWS";
}
