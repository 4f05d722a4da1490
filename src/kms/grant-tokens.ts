/**
 * Grant tokens. A grant is in force before it is acknowledged, so a token adds nothing to
 * it, ever, and need not expire; but one that is not genuine is refused. It names its
 * grant, which RetireGrant asks for.
 */
import type { KeyName } from "../store/records.ts";
import { KmsError } from "./errors.ts";
import type { Desk } from "./operation.ts";
import { askVault, askVaultToOpen } from "./vault.ts";

const purpose = "grant";
/** The key is part of the body: RetireGrant has nothing but the token. */
const associatedData = Buffer.alloc(0);

export interface GrantName extends KeyName {
  readonly grantId: string;
}

type Asking = Pick<Desk, "vault" | "facts">;

/** A new token for a grant, another one each time. */
export async function sealGrantToken(
  { accountId, region, keyId, grantId }: GrantName,
  { vault }: Asking,
): Promise<string> {
  const body = Buffer.from(JSON.stringify([accountId, region, keyId, grantId]), "utf8");
  const { token } = await askVault(vault, "sealToken", { purpose, associatedData, body });
  return Buffer.from(token).toString("base64url");
}

/** The grant a token was made for, which may be gone. Refuses any other with InvalidGrantTokenException. */
export async function openGrantToken(text: string, { vault, facts }: Asking): Promise<GrantName> {
  const token = Buffer.from(text, "base64url");
  if (token.toString("base64url") !== text || token.length > maxTokenBytes) throw invalidToken();
  const opened = await askVaultToOpen(vault, "openToken", { purpose, associatedData, token });
  if (opened === undefined) throw invalidToken();
  const [accountId = "", region = "", keyId = "", grantId = ""] = JSON.parse(
    Buffer.from(opened.body).toString("utf8"),
  ) as readonly string[];
  if (region !== facts.region) throw invalidToken();
  return { accountId, region, keyId, grantId };
}

/** Refuses tokens that are not genuine. Which grants they are of makes no difference. */
export async function requireGenuineTokens(tokens: readonly string[], desk: Asking): Promise<void> {
  for (const token of tokens) await openGrantToken(token, desk);
}

/** Ours are a few hundred bytes long; the vault takes no more than this for one. */
const maxTokenBytes = 4_096;

function invalidToken(): KmsError {
  return new KmsError("InvalidGrantTokenException");
}
