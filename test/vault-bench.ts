/** A real vault in this process, with a domain key and key material, for the tests of the vault itself. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { SentRequest } from "../src/vault-protocol/command-codecs.ts";
import type {
  KeyMaterialFacts,
  VaultCommandName,
  VaultReply,
  WrappedKeyMaterial,
} from "../src/vault-protocol/commands.ts";
import { type Vault, openVault } from "../src/vault/open-vault.ts";

export interface VaultBench {
  readonly vault: Vault;
  readonly directory: string;
  /** The time as the vault sees it; a test moves it. */
  nowMs: number;
  /** Asks for something that must not be refused. */
  ask<Name extends VaultCommandName>(command: Name, request: SentRequest<Name>): VaultReply<Name>;
  newMaterial(facts?: Partial<KeyMaterialFacts>): WrappedKeyMaterial;
  close(): void;
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
  const vault = await openVault({ directory, initialize: true, nowMs: () => time.nowMs });

  function ask<Name extends VaultCommandName>(
    command: Name,
    request: SentRequest<Name>,
  ): VaultReply<Name> {
    const reply = vault.handlers[command](request);
    if ("refused" in reply) throw new Error(`${command} was refused: ${reply.refused}`);
    return reply;
  }

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
