/** Session tokens, sealed by the vault: the port that identity management asks. */
import { maxSessionBytes, type SessionTokens } from "../service/session-tokens.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { askVault, askVaultToOpen } from "./vault.ts";

const purpose = "session";
/** What sealing adds is far less than this. */
const maxTokenBytes = maxSessionBytes + 256;

export function vaultSessionTokens(vault: VaultClient): SessionTokens {
  return {
    async seal(accessKeyId, session) {
      if (session.length > maxSessionBytes) throw new Error("the session is too long for a token");
      const facts = { purpose, associatedData: boundTo(accessKeyId) };
      const { token } = await askVault(vault, "sealToken", { ...facts, body: session });
      return Buffer.from(token).toString("base64");
    },

    async open(accessKeyId, text) {
      const token = Buffer.from(text, "base64");
      // Other texts for the same bytes are other tokens, and those are not ours.
      if (token.toString("base64") !== text || token.length > maxTokenBytes) return undefined;
      const facts = { purpose, associatedData: boundTo(accessKeyId) };
      return (await askVaultToOpen(vault, "openToken", { ...facts, token }))?.body;
    },
  };
}

function boundTo(accessKeyId: string): Buffer {
  return Buffer.from(accessKeyId, "utf8");
}
