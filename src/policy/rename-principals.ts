/** A policy's text with other names in its principals, and everything else as it was meant. */
import { readJson } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";

/** Rewrites the Principal and NotPrincipal elements of a policy that was accepted before. */
export function renamePrincipals(policy: string, rename: (name: string) => string): string {
  const document = readJson(policy);
  if (!(document instanceof Map)) throw new Error("a stored policy is an object");
  return write(withMember(document as JsonObject, "Statement", (json) => inList(json, renamed)));

  function renamed(statement: Json): Json {
    if (!(statement instanceof Map)) return statement;
    const object = withMember(statement as JsonObject, "Principal", renamedTypes);
    return withMember(object, "NotPrincipal", renamedTypes);
  }

  function renamedTypes(types: Json): Json {
    if (!(types instanceof Map)) return types;
    return withMember(types as JsonObject, "AWS", (json) => inList(json, renamedName));
  }

  function renamedName(name: Json): Json {
    return typeof name === "string" ? rename(name) : name;
  }
}

function withMember(object: JsonObject, name: string, change: (json: Json) => Json): JsonObject {
  const changed = new Map(object);
  const json = object.get(name);
  if (json !== undefined) changed.set(name, change(json));
  return changed;
}

/** One value stands for a list of one. */
function inList(json: Json, change: (element: Json) => Json): Json {
  return Array.isArray(json) ? (json as readonly Json[]).map(change) : change(json);
}

function write(json: Json): string {
  if (json === null || typeof json === "boolean" || typeof json === "string") {
    return JSON.stringify(json);
  }
  if (Array.isArray(json)) return `[${(json as readonly Json[]).map(write).join(",")}]`;
  if (!(json instanceof Map)) return (json as { readonly number: string }).number;
  const members = [...(json as JsonObject)].map(([name, value]) => {
    return `${JSON.stringify(name)}:${write(value)}`;
  });
  return `{${members.join(",")}}`;
}
