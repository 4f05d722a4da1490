/**
 * Access key ids as AWS makes them: AKIA, or ASIA for one of a session, and 16 characters of
 * base32 that hold 80 bits: a one, the account number in 40 bits, and 39 random bits. Tools decode the
 * account from them, as STS GetAccessKeyInfo does.
 */
import { randomBytes } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const randomBits = 39n;
const accountBits = 40n;

/** A new id, 20 characters long. The account id must be 12 digits. */
export function createAccessKeyId(accountId: string, prefix: "AKIA" | "ASIA" = "AKIA"): string {
  if (!/^\d{12}$/.test(accountId)) throw new Error("an account id has 12 digits");
  const random = BigInt(`0x${randomBytes(5).toString("hex")}`) & ((1n << randomBits) - 1n);
  const marked = (1n << accountBits) | BigInt(accountId);
  return `${prefix}${base32((marked << randomBits) | random)}`;
}

/** The account an AKIA or ASIA id was made for; nothing when it names none. */
export function accountOfAccessKeyId(accessKeyId: string): string | undefined {
  if (!/^A[KS]IA[Q-Z2-7][A-Z2-7]{15}$/.test(accessKeyId)) return undefined;
  let bits = 0n;
  for (const character of accessKeyId.slice(4)) {
    bits = (bits << 5n) | BigInt(alphabet.indexOf(character));
  }
  const account = (bits >> randomBits) & ((1n << accountBits) - 1n);
  return account < 1_000_000_000_000n ? String(account).padStart(12, "0") : undefined;
}

function base32(bits: bigint): string {
  const characters = Array.from(
    { length: 16 },
    (_, index) => alphabet[Number((bits >> BigInt(75 - 5 * index)) & 31n)],
  );
  return characters.join("");
}
