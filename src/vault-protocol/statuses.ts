/** The kinds of replies: done, or why not. A status, once given, keeps its meaning. */
import type { Refusal } from "./commands.ts";
import { Malformed } from "./malformed.ts";

/** The status of a reply that has a body. */
export const doneStatus = 0;

const refusals: readonly Refusal["refused"][] = [
  "rejected",
  "domain-key-missing",
  "material-required",
  "malformed",
  "too-long",
  "unsupported",
  "wrong-material",
  "failed",
  "overdue",
];

/** The status of a reply that says no. */
export function statusOf({ refused }: Refusal): number {
  return doneStatus + 1 + refusals.indexOf(refused);
}

/** The refusal a status stands for. Throws Malformed when it stands for none. */
export function refusalOf(status: number): Refusal {
  const refused = refusals[status - doneStatus - 1];
  if (refused === undefined) throw new Malformed("unknown status");
  return { refused };
}
