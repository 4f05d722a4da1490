/** A real vault in this process, with a domain key and key material, for the tests of the vault itself. */
import { createPublicKey, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SentRequest } from "../src/vault-protocol/command-codecs.ts";
import { findBridge } from "../src/launcher/start-vault.ts";
import type {
  KeyMaterialFacts,
  Refusal,
  SlowCommandName,
  VaultCommandName,
  VaultReply,
  WrappedKeyMaterial,
} from "../src/vault-protocol/commands.ts";
import type { VaultHandlers } from "../src/vault/commands/handlers.ts";
import { type Vault, openVault } from "../src/vault/open-vault.ts";

export interface VaultBench {
  readonly vault: Vault;
  readonly directory: string;
  /** The time as the vault sees it; a test moves it. */
  nowMs: number;
  /** Asks for something that must not be refused. */
  ask<Name extends FastCommandName>(command: Name, request: SentRequest<Name>): VaultReply<Name>;
  askSlowly<Name extends SlowCommandName>(
    command: Name,
    request: SentRequest<Name>,
  ): Promise<VaultReply<Name>>;
  newMaterial(facts?: Partial<KeyMaterialFacts>): WrappedKeyMaterial;
  /** Of a spec that has a public half. */
  newKeyPair(facts: Partial<KeyMaterialFacts>): Promise<NewKeyPair>;
  close(): void;
}

type FastCommandName = Exclude<VaultCommandName, SlowCommandName>;

interface NewKeyPair {
  readonly material: WrappedKeyMaterial;
  readonly publicKey: KeyObject;
}

export function newFacts(facts: Partial<KeyMaterialFacts> = {}): KeyMaterialFacts {
  return {
    reference: randomBytes(16),
    accountId: "111122223333",
    keyId: randomUUID(),
    keyMaterialId: randomBytes(32).toString("hex"),
    keySpec: "SYMMETRIC_DEFAULT",
    keyUsage: "ENCRYPT_DECRYPT",
    origin: "AWS_KMS",
    multiRegion: false,
    createdAtMs: 1_772_359_200_000,
    ...facts,
  };
}

export async function vaultBench(): Promise<VaultBench> {
  const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-vault-"));
  const time = { nowMs: 0 };
  const vault = await openVault({
    directory,
    initialize: true,
    nowMs: () => time.nowMs,
    bridge: findBridge(),
  });

  const ask: VaultBench["ask"] = (command, request) => {
    const handlers: Pick<VaultHandlers, typeof command> = vault.handlers;
    return granted(command, handlers[command](request));
  };
  const askSlowly: VaultBench["askSlowly"] = async (command, request) => {
    const handlers: Pick<VaultHandlers, typeof command> = vault.handlers;
    return granted(command, await handlers[command](request));
  };

  ask("createDomainKey", { number: 1 });
  return {
    vault,
    directory,
    get nowMs() {
      return time.nowMs;
    },
    set nowMs(nowMs) {
      time.nowMs = nowMs;
    },
    ask,
    askSlowly,
    async newKeyPair(some) {
      const facts = newFacts(some);
      const { wrapped, publicKey } = await askSlowly("createKeyPair", { facts });
      return {
        material: { facts, wrapped: Buffer.from(wrapped) },
        publicKey: createPublicKey({ key: Buffer.from(publicKey), type: "spki", format: "der" }),
      };
    },
    newMaterial(some) {
      const facts = newFacts(some);
      return { facts, wrapped: Buffer.from(ask("createKeyMaterial", { facts }).wrapped) };
    },
    close() {
      vault.close();
      rmSync(directory, { recursive: true });
    },
  };
}

function granted<Reply extends object>(command: string, reply: Reply | Refusal): Reply {
  if ("refused" in reply) throw new Error(`${command} was refused: ${reply.refused}`);
  return reply;
}
