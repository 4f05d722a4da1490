/** Secret access keys, kept by the vault: the port that identity management asks. */
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import type { VaultClient } from "../vault-protocol/commands.ts";
import { askVault } from "./vault.ts";

export function vaultSecretAccessKeys(vault: VaultClient): SecretAccessKeys {
  return {
    create: async (facts, secretAccessKey) =>
      await askVault(
        vault,
        "createSecretAccessKey",
        secretAccessKey === undefined ? { facts } : { facts, secretAccessKey },
      ),
    deriveSigningKey: async (request) =>
      (await askVault(vault, "deriveSigningKey", request)).signingKey,
  };
}
