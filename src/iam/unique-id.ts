import { randomInt } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const characters = 17;

/**
 * A unique id as AWS makes them (IAM User Guide, "Unique identifiers"): a prefix that says
 * what it is of, and 17 random characters.
 */
export function createUniqueId(prefix: "AIDA" | "AROA" | "AGPA" | "ANPA"): string {
  const random = Array.from({ length: characters }, () => alphabet[randomInt(alphabet.length)]);
  return `${prefix}${random.join("")}`;
}
