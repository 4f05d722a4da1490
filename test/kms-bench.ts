/**
 * A whole KMS on a bench: the real operations, the real vault code, a real store and a
 * real journal in a directory that is thrown away. Nothing is mocked; the vault is
 * listened to, not replaced, and the clock is the test's to move.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TrustedRoots } from "../src/attestation/certificate-chain.ts";
import { identityDirectory } from "../src/iam/identity-directory.ts";
import type { Input, OperationName, Output } from "../src/kms/contract.ts";
import { openDomainKeys } from "../src/kms/domain-keys.ts";
import { KeyStoreConnections } from "../src/kms/key-store-connections.ts";
import { LastUsages } from "../src/kms/last-usage.ts";
import { runLifecycle } from "../src/kms/lifecycle.ts";
import { RequestQuotas } from "../src/kms/request-quotas.ts";
import { Setbacks } from "../src/kms/setbacks.ts";
import { vaultSecretAccessKeys } from "../src/kms/secret-access-keys.ts";
import { kmsService } from "../src/kms/service.ts";
import type { XksConfig } from "../src/launcher/server-config.ts";
import { findBridge } from "../src/launcher/start-vault.ts";
import type { Caller } from "../src/service/caller.ts";
import type { JsonObject } from "../src/service/service.ts";
import type { Trail } from "../src/service/trail.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";
import { openJournal } from "../src/trail/journal.ts";
import { openTrail } from "../src/trail/trail.ts";
import {
  type VaultClient,
  type VaultCommandName,
  VaultUnavailable,
} from "../src/vault-protocol/commands.ts";
import { openVaultInProcess } from "../src/vault/in-process.ts";
import { ServiceError } from "../src/service/service-error.ts";
import { openXks } from "../src/xks/open-xks.ts";
import { errorsOfOperations } from "../tools/operation-errors.ts";
import { vaultKeyStorePasswords } from "../src/kms/key-store-passwords.ts";
import { tokenClient } from "../src/pkcs11-client/token-client.ts";
import type { KeyStorePasswords, TokenKeys } from "../src/service/token-keys.ts";

/** A trail record, as it stands in the journal. */
export type TrailRecord = Readonly<Record<string, unknown>>;

export interface CallOptions {
  readonly accountId?: string;
  readonly region?: string;
  /** Instead of the account's root. */
  readonly caller?: Caller;
  readonly sourceIp?: string;
}

/** What a test breaks. Each part stays broken until it is put right. */
export interface Breakage {
  /** Nothing reaches the journal. */
  trail: boolean;
  /** Away as after a crash of its process, or failing as no code foresees. */
  vault: "away" | "defective" | undefined;
  /** What the vault is sent waits for this. */
  vaultHeld: Promise<void> | undefined;
}

export interface KmsBench {
  readonly records: readonly TrailRecord[];
  readonly vaultCommands: readonly VaultCommandName[];
  /** What the vault handed out as wrapped key material, in that order. */
  readonly wrappedMaterials: readonly Buffer[];
  /** What it handed out as wrapped private halves of wrapping keys. */
  readonly wrappedImportKeys: readonly Buffer[];
  readonly broken: Breakage;
  readonly store: Store;
  lastRecord(): TrailRecord;
  /** Milliseconds since 1970; a test moves it by assigning. */
  nowMs: number;
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): Promise<Output<Name>>;
  /** As a client could send it: whatever JSON it likes. */
  send(name: OperationName, input: JsonObject, options?: CallOptions): Promise<unknown>;
  /** Calls CreateKey and returns the new key's id. */
  newKey(input?: Input<"CreateKey">, options?: CallOptions): Promise<string>;
  arn(keyId: string, options?: CallOptions): string;
  /** The keys that the lifecycle could not see to, by ARN. */
  readonly setbacks: readonly string[];
  /** Does what is due: deletions, expiries, rotations, erasure. */
  runLifecycle(): ReturnType<typeof runLifecycle>;
  /** Brings key stores that are on their way to where they are going. */
  settleKeyStores(): Promise<void>;
  /** The bytes of every file of the data directory. */
  files(): readonly { readonly name: string; readonly bytes: Buffer }[];
  close(): Promise<void>;
}

const benchAccount = "111122223333";
const benchRegion = "eu-west-1";
/** The Regions that are served. */
const benchRegions = [benchRegion, "us-east-1", "us-west-2", "ap-south-1", "cn-north-1"];

export interface BenchOptions {
  /** Whose word is taken for what an attested recipient is. */
  readonly attestationRoots?: TrustedRoots;
  readonly requestQuotas?: boolean;
  /** Which XKS proxies it may speak to. */
  readonly xks?: XksConfig;
  /** Tokens that stand for clusters, given whoever keeps their users' passwords. */
  readonly tokens?: (passwords: KeyStorePasswords) => TokenKeys;
}

export async function kmsBench({
  attestationRoots = [],
  requestQuotas = false,
  xks = { hosts: [] },
  tokens = (passwords) => tokenClient({ clusters: [], passwords }),
}: BenchOptions = {}): Promise<KmsBench> {
  const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-bench-"));
  const store = await openSqliteStore({ directory, mode: "serve" });
  const journal = await openJournal({ directory: path.join(directory, "journal") });
  const records: TrailRecord[] = [];
  const openedTrail = await openTrail({ journal, store });
  const broken: Breakage = { trail: false, vault: undefined, vaultHeld: undefined };
  const trail = overhearTrail(openedTrail, records, broken);
  const vaultCommands: VaultCommandName[] = [];
  const wrappedMaterials: Buffer[] = [];
  const wrappedImportKeys: Buffer[] = [];
  const openedVault = openVaultInProcess({
    directory: path.join(directory, "vault"),
    initialize: true,
    bridge: findBridge(),
  });
  const vault = overhearVault(openedVault, {
    vaultCommands,
    wrappedMaterials,
    wrappedImportKeys,
    broken,
  });
  const time = { nowMs: Date.UTC(2026, 2, 1, 10, 15) };
  const clock = (): number => time.nowMs;
  await openDomainKeys(vault, store, clock());
  const secretAccessKeys = vaultSecretAccessKeys(vault);
  const externalKeys = await openXks(xks, { secretAccessKeys, clock });
  const lastUsages = new LastUsages(store);
  const identities = identityDirectory({ store, partition: "aws" });
  const keyStorePasswords = vaultKeyStorePasswords(vault);
  const tokenKeys = tokens(keyStorePasswords);
  const outside = { externalKeys, tokenKeys, secretAccessKeys, keyStorePasswords };
  const parts = { vault, store, trail, lastUsages, clock, ...outside, identities };
  const throttle = requestQuotas ? { requestQuotas: new RequestQuotas() } : {};
  const service = kmsService({ ...parts, attestationRoots, ...throttle, regions: benchRegions });
  const keyStores = new KeyStoreConnections(parts);
  const setbacks: string[] = [];
  const lifecycle = {
    ...parts,
    seenTime: { now: () => Promise.resolve(clock()) },
    setbacks: new Setbacks(({ keyArn }) => setbacks.push(keyArn)),
  };

  async function send(
    name: OperationName,
    input: JsonObject,
    options: CallOptions = {},
  ): Promise<unknown> {
    const { accountId = benchAccount, region = benchRegion, sourceIp = "192.0.2.10" } = options;
    const facts = {
      requestId: randomUUID(),
      receivedAtMs: clock(),
      region,
      sourceIp,
      userAgent: "bench",
      host: "kms.test",
    };
    const by = { caller: options.caller ?? rootOf(accountId), facts };
    const call = callOf(name, input);
    try {
      const { output } = await service.answer(call, by);
      return output;
    } catch (error) {
      assertDocumented(name, error);
      throw error;
    }
  }

  const bench: KmsBench = {
    records,
    vaultCommands,
    wrappedMaterials,
    wrappedImportKeys,
    broken,
    store,
    lastRecord: () => records.at(-1) ?? {},
    get nowMs() {
      return time.nowMs;
    },
    set nowMs(nowMs) {
      time.nowMs = nowMs;
    },
    send,
    // What a client sends is plain JSON with blobs as bytes, which is what SDK inputs are.
    call: async (name, input, options) =>
      (await send(name, { ...input } as JsonObject, options)) as Output<typeof name>,
    async newKey(input = {}, options) {
      const { KeyMetadata } = await bench.call("CreateKey", input, options);
      if (KeyMetadata?.KeyId === undefined) throw new Error("CreateKey returned no key id");
      return KeyMetadata.KeyId;
    },
    arn: (keyId, { accountId = benchAccount, region = benchRegion } = {}) =>
      `arn:aws:kms:${region}:${accountId}:key/${keyId}`,
    setbacks,
    async runLifecycle() {
      try {
        return await runLifecycle(lifecycle);
      } finally {
        if (await store.isErasureDue()) await store.eraseDeleted();
      }
    },
    settleKeyStores: async () => await keyStores.settle(),
    files: () => filesOf(directory),
    async close() {
      externalKeys.close();
      await openedTrail.close();
      await store.close();
      openedVault.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return bench;
}

let documented: ReturnType<typeof errorsOfOperations> | undefined;

/** Whatever a test is refused with stands in docs/operations.md, which is made of this list. */
function assertDocumented(name: OperationName, error: unknown): void {
  documented ??= errorsOfOperations();
  if (!(error instanceof ServiceError) || documented.get(name)?.includes(error.code) === true)
    return;
  throw new Error(`${name} refuses with ${error.code}, and docs/operations.md does not say so`, {
    cause: error,
  });
}

function rootOf(accountId: string): Caller {
  return {
    type: "Root",
    accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    principalId: accountId,
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  };
}

/** As the gateway decodes it: objects without a prototype, bytes of their own. */
function callOf(operation: OperationName, input: JsonObject) {
  return { operation, input: copyOf(input) as JsonObject };
}

function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  // As the wire has it.
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of Object.entries(value)) copy[name] = copyOf(member);
  return copy;
}

interface Overheard {
  readonly vaultCommands: VaultCommandName[];
  readonly wrappedMaterials: Buffer[];
  readonly wrappedImportKeys: Buffer[];
  readonly broken: Breakage;
}

const wrapping = new Set<VaultCommandName>(["createKeyMaterial", "importKeyMaterial"]);

function overhearVault(vault: VaultClient, heard: Overheard): VaultClient {
  return {
    async send(command, request) {
      heard.vaultCommands.push(command);
      if (heard.broken.vault === "away") throw new VaultUnavailable("no vault is attached");
      if (heard.broken.vault === "defective") throw new TypeError("secret detail of a defect");
      await heard.broken.vaultHeld;
      const reply = await vault.send(command, request);
      if (wrapping.has(command) && "wrapped" in reply) {
        heard.wrappedMaterials.push(Buffer.from(reply.wrapped));
      }
      if (command === "createImportKey" && "wrapped" in reply) {
        heard.wrappedImportKeys.push(Buffer.from(reply.wrapped));
      }
      return reply;
    },
  };
}

function overhearTrail(trail: Trail, records: TrailRecord[], broken: Breakage): Trail {
  return {
    compose: (event) => trail.compose(event),
    async append(entry) {
      if (broken.trail) throw new Error("ENOSPC: no space left on device");
      await trail.append(entry);
      records.push(JSON.parse(entry.line) as TrailRecord);
    },
  };
}

function filesOf(directory: string): { name: string; bytes: Buffer }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const name = path.join(entry.parentPath, entry.name);
      return { name, bytes: readFileSync(name) };
    });
}
