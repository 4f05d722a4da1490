import { Bridge } from "./algorithms/bridge.ts";
import { DigestSignatures } from "./algorithms/digest-signatures.ts";
import { Sm2 } from "./algorithms/sm2.ts";
import { accessKeyCommands } from "./commands/access-keys.ts";
import { domainKeyCommands } from "./commands/domain-keys.ts";
import { encryptionCommands } from "./commands/encryption.ts";
import { generationCommands } from "./commands/generation.ts";
import type { VaultHandlers, VaultState } from "./commands/handlers.ts";
import { importCommands } from "./commands/import.ts";
import { keyExchangeCommands } from "./commands/key-exchange.ts";
import { keyMaterialCommands } from "./commands/key-material.ts";
import { keyPairCommands } from "./commands/key-pairs.ts";
import { macCommands } from "./commands/macs.ts";
import { recipientCommands } from "./commands/recipient.ts";
import { rsaCommands } from "./commands/rsa.ts";
import { signatureCommands } from "./commands/signatures.ts";
import { tokenCommands } from "./commands/tokens.ts";
import { DomainKeys } from "./domain-keys.ts";
import { collectDroppedKeys } from "./dropped-keys.ts";
import { KeyMaterials } from "./key-materials.ts";
import { type LoadedMaterial, MaterialCache } from "./material-cache.ts";
import { materialIdKey } from "./material-id.ts";
import { NoncePool } from "./nonce-pool.ts";
import { PrivateKeys } from "./private-keys.ts";
import { ReadyPairs } from "./ready-pairs.ts";
import { openRootKey } from "./root-key.ts";
import { runSelfTests } from "./self-test.ts";
import { slowWork } from "./slow-work.ts";

const idleCheckMs = 1_000;
const collectionMs = 10_000;

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
  /** The addon that bridges to the OpenSSL inside Node; without it no digest is signed, and no SM2 key is used. */
  readonly bridge?: string | undefined;
}

/**
 * Opens the vault of a directory, once its primitives have given their known answers.
 * Throws CannotOpen, with one line for the operator, when it cannot be opened.
 */
export async function openVault({
  directory,
  initialize,
  nowMs = monotonicMs,
  bridge,
}: VaultOptions): Promise<Vault> {
  await runSelfTests();
  const root = await openRootKey({ directory, initialize });
  const { instanceId, rootKeyId } = root;
  const nonces = new NoncePool();
  const domainKeys = new DomainKeys(root, nonces);
  const cache = new MaterialCache<LoadedMaterial>(nowMs);
  const materials = new KeyMaterials(cache, instanceId, domainKeys);
  const privateKeys = new PrivateKeys({ nowMs, instanceId, domainKeys });
  const slow = slowWork(nowMs);
  const readyPairs = new ReadyPairs({ nowMs, slow });
  const idKey = materialIdKey(root);
  const idleCheck = setInterval(() => {
    cache.forgetIdle();
    privateKeys.forgetIdle();
    readyPairs.forgetOld();
  }, idleCheckMs).unref();
  const collection = setInterval(collectDroppedKeys, collectionMs).unref();

  return {
    handlers: handlersOf({
      instanceId,
      rootKeyId,
      domainKeys,
      cache,
      materials,
      privateKeys,
      nonces,
      slow,
      readyPairs,
      materialIdKey: idKey,
      ...(bridge === undefined ? withoutBridge : byBridge(new Bridge(bridge))),
    }),
    close() {
      clearInterval(idleCheck);
      clearInterval(collection);
      cache.forgetAll();
      privateKeys.forgetAll();
      readyPairs.close();
      domainKeys.close();
      idKey.wipe();
      root.key.wipe();
    },
  };
}

const withoutBridge = { digestSignatures: undefined, sm2: undefined };

function byBridge(bridge: Bridge) {
  return {
    digestSignatures: new DigestSignatures(bridge),
    sm2: new Sm2(bridge),
  };
}

function handlersOf(state: VaultState): VaultHandlers {
  const plain = {
    ...domainKeyCommands(state),
    ...keyMaterialCommands(state),
    ...encryptionCommands(state),
    ...generationCommands(state),
    ...accessKeyCommands(state),
    ...tokenCommands(state),
    ...keyPairCommands(state),
    ...rsaCommands(state),
    ...signatureCommands(state),
    ...macCommands(state),
    ...keyExchangeCommands(state),
    ...importCommands(state),
  };
  return { ...plain, ...recipientCommands(plain) };
}

/** Not the time of day: a clock that is set back must not keep keys in memory. */
function monotonicMs(): number {
  return performance.now();
}
