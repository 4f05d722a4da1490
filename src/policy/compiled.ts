/** Identity policies that were compiled before: the same few texts decide most requests. */
import { BoundedMap } from "../lib/bounded-map.ts";
import { compilePolicy } from "./compile.ts";
import type { CompiledPolicy } from "./compile.ts";
import { parseIdentityPolicy } from "./identity-document.ts";

const kept = new BoundedMap<string, CompiledPolicy>(2_000);

/** Throws a PolicyError for a text that parseIdentityPolicy would have refused. */
export function compiledIdentityPolicy(text: string): CompiledPolicy {
  return kept.getOrAdd(text, () => compilePolicy(parseIdentityPolicy(text)));
}
