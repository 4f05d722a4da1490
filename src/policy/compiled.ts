/** Identity policies that were compiled before: the same few texts decide most requests. */
import { BoundedMap } from "../lib/bounded-map.ts";
import { compilePolicy } from "./compile.ts";
import type { CompiledPolicy } from "./compile.ts";
import { parseIdentityPolicy } from "./identity-document.ts";

/** Some 25 MB at the worst, for there are accounts that write policies to fill it. */
export const keptCharactersMax = 400_000;
const overheadCharacters = 100;

const kept = new BoundedMap<string, CompiledPolicy>(keptCharactersMax, { weigh: weightOfPolicy });

/** In a cache a policy counts by its text: what is made of it takes up to sixty times as much. */
export function weightOfPolicy(_compiled: CompiledPolicy, text: string): number {
  return text.length + overheadCharacters;
}

/** Throws a PolicyError for a text that parseIdentityPolicy would have refused. */
export function compiledIdentityPolicy(text: string): CompiledPolicy {
  return kept.getOrAdd(text, () => compilePolicy(parseIdentityPolicy(text)));
}
