/** The passwords of clusters' users, sealed by the vault: the port that those who log in to tokens ask. */
import type { KeyStorePasswords, PasswordOwner } from "../service/token-keys.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { askVault } from "./vault.ts";

const purpose = "key-store-password";

export function vaultKeyStorePasswords(vault: VaultClient): KeyStorePasswords {
  return {
    async seal(owner, password) {
      const associatedData = boundTo(owner);
      const sealed = await askVault(vault, "sealToken", {
        purpose,
        associatedData,
        body: password,
      });
      return sealed.token;
    },
    async open(owner, token) {
      const associatedData = boundTo(owner);
      return (await askVault(vault, "openToken", { purpose, associatedData, token })).body;
    },
  };
}

function boundTo({ accountId, region, customKeyStoreId }: PasswordOwner): Buffer {
  return Buffer.from(JSON.stringify([accountId, region, customKeyStoreId]), "utf8");
}
