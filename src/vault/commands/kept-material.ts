import type { SentKeyMaterial } from "../../vault-protocol/command-codecs.ts";
import { kept } from "./kept.ts";

/** A copy of key material as it was sent, for work that goes on after the request is gone. */
export function keptMaterial(lent: SentKeyMaterial): SentKeyMaterial {
  if (!("facts" in lent)) return { reference: kept(lent.reference) };
  const facts = { ...lent.facts, reference: kept(lent.facts.reference) };
  return { facts, wrapped: kept(lent.wrapped) };
}
