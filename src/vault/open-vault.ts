import { accessKeyCommands } from "./commands/access-keys.ts";
import { domainKeyCommands } from "./commands/domain-keys.ts";
import { encryptionCommands } from "./commands/encryption.ts";
import { generationCommands } from "./commands/generation.ts";
import type { VaultHandlers, VaultState } from "./commands/handlers.ts";
import { keyMaterialCommands } from "./commands/key-material.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { DomainKeys } from "./domain-keys.ts";
import { KeyMaterials } from "./key-materials.ts";
import { MaterialCache } from "./material-cache.ts";
import { NoncePool } from "./nonce-pool.ts";
import { openRootKey } from "./root-key.ts";
import { runSelfTests } from "./self-test.ts";

const idleCheckMs = 1_000;

export interface Vault {
  readonly handlers: VaultHandlers;
  /** Wipes every key. The vault must not be asked any more. */
  close(): void;
}

export interface VaultOptions {
  /** Where root.key and seal.json are. */
  readonly directory: string;
  /** Makes what is missing of a new vault. */
  readonly initialize: boolean;
  readonly nowMs?: () => number;
}

/**
 * Opens the vault of a directory, once its primitives have given their known answers.
 * Throws CannotOpen, with one line for the operator, when it cannot be opened.
 */
export async function openVault({
  directory,
  initialize,
  nowMs = monotonicMs,
}: VaultOptions): Promise<Vault> {
  runSelfTests();
  const root = await openRootKey({ directory, initialize });
  const { instanceId, rootKeyId } = root;
  const nonces = new NoncePool();
  const domainKeys = new DomainKeys(root, nonces);
  const cache = new MaterialCache(nowMs);
  const materials = new KeyMaterials(cache, instanceId, domainKeys);
  const idleCheck = setInterval(() => cache.forgetIdle(), idleCheckMs).unref();

  return {
    handlers: handlersOf({ instanceId, rootKeyId, domainKeys, cache, materials, nonces }),
    close() {
      clearInterval(idleCheck);
      cache.forgetAll();
      domainKeys.close();
      root.key.wipe();
    },
  };
}

function handlersOf(state: VaultState): VaultHandlers {
  return {
    ...domainKeyCommands(state),
    ...keyMaterialCommands(state),
    ...encryptionCommands(state),
    ...generationCommands(state),
    ...accessKeyCommands(state),
    ...tokenCommands(state),
  };
}

/** Not the time of day: a clock that is set back must not keep keys in memory. */
function monotonicMs(): number {
  return performance.now();
}
