/**
 * The server, put together: store, journal, vault, services, front door. It opens them in
 * the order in which they need each other, and closes them in the opposite order.
 */
import type { Socket } from "node:net";
import path from "node:path";
import { readTrustedRoots } from "./attestation/read-roots.ts";
import { openGateway } from "./gateway/open-gateway.ts";
import type { Listener } from "./gateway/listen.ts";
import type { OperatorLog } from "./gateway/wire.ts";
import { accessKeyDirectory } from "./iam/access-key-directory.ts";
import { adminService } from "./iam/admin/service.ts";
import { bootstrap } from "./iam/bootstrap.ts";
import { devAccessKeys } from "./iam/dev-access-keys.ts";
import { identityDirectory } from "./iam/identity-directory.ts";
import { iamService } from "./iam/service.ts";
import { withSessions } from "./iam/sts/session-directory.ts";
import { stsService } from "./iam/sts/service.ts";
import { openDomainKeys, WrongVault } from "./kms/domain-keys.ts";
import { KeyStoreConnections } from "./kms/key-store-connections.ts";
import { LastUsages } from "./kms/last-usage.ts";
import { type LifecycleParts, runLifecycle } from "./kms/lifecycle.ts";
import { vaultSecretAccessKeys } from "./kms/secret-access-keys.ts";
import { vaultSessionTokens } from "./kms/session-tokens.ts";
import { vaultKeyStorePasswords } from "./kms/key-store-passwords.ts";
import { RequestQuotas } from "./kms/request-quotas.ts";
import { type ClockJudgement, type HostTime, SeenTime } from "./kms/seen-time.ts";
import { Setbacks } from "./kms/setbacks.ts";
import { kmsService } from "./kms/service.ts";
import { connectVault, type VaultConnection } from "./kms/vault-client.ts";
import { movedToOwnBuffer } from "./kms/vault-socket.ts";
import type { ServerConfig } from "./launcher/server-config.ts";
import { partitionOf } from "./lib/arn.ts";
import { type Clock, msPerDay } from "./lib/clock.ts";
import { every, type Ticking } from "./lib/every.ts";
import type { Latest } from "./lib/latest.ts";
import { type TokenClient, tokenClient } from "./pkcs11-client/token-client.ts";
import type { KeyStorePasswords } from "./service/token-keys.ts";
import { type DirectoryLock, lockDirectory } from "./store/directory-lock.ts";
import { keepErased } from "./store/erasing.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import { openJournal } from "./trail/journal.ts";
import { openTrail } from "./trail/trail.ts";
import { openXks } from "./xks/open-xks.ts";
import type { XksClient } from "./xks/xks-client.ts";

export interface Server {
  readonly url: string;
  /** This start made the first account, and its credentials. */
  readonly firstStart: boolean;
  /** Reads the TLS files again. */
  reload(): Promise<void>;
  /** Finishes what was begun, accepts nothing new, closes everything. */
  close(): Promise<void>;
}

interface Surroundings {
  readonly config: ServerConfig;
  readonly clock: Clock;
  /** The time since the host's start, where a test moves that too. */
  readonly host?: HostTime | undefined;
  readonly log: OperatorLog;
  /** The sockets of the vaults, one after the other: the newest is the one to speak to. */
  readonly vaultSockets: Latest<Socket>;
  /** The same of the processes that work with PKCS#11 tokens; none where there are no tokens. */
  readonly tokenSockets?: Latest<Socket> | undefined;
  /** Hears once when the server cannot go on: the process is to end, and another to begin. */
  readonly onFatal: (error: Error) => void;
}

/** Often enough that a key whose time has come is gone within seconds. */
const lifecycleEveryMs = 1_000;
/** A rest of its own keeps the store from rewriting its files all the time. */
const eraseEveryMs = 2_000;
/** Connecting takes as long as a proxy takes to answer, and until somebody looks. */
const keyStoresEveryMs = 500;
/** What a crash takes of the last uses still stands in the journal, and each storing costs a commit. */
const lastUsagesEveryMs = 30_000;

/** Opens the server. Rejects with an error whose message tells an operator what to do. */
export async function openServer(around: Surroundings): Promise<Server> {
  const foundation = await layFoundation(around);
  try {
    return await openHouse(foundation, around);
  } catch (error) {
    await foundation.close();
    throw error;
  }
}

/** What must be there before any service can answer. */
interface Foundation {
  readonly store: Store;
  readonly trail: Awaited<ReturnType<typeof openTrail>>;
  readonly vault: VaultConnection;
  close(): Promise<void>;
}

async function layFoundation(around: Surroundings): Promise<Foundation> {
  const { config, clock, log, vaultSockets, onFatal } = around;
  const { dataDirectory: directory, mode } = config;
  const lock: DirectoryLock = lockDirectory(directory, "store.lock");
  const store = await openSqliteStore({ directory, mode, onFailure: onFatal });
  const journal = await openJournal({ directory: path.join(directory, "journal") });
  const trail = await openTrail({ journal, store });
  const vault = await firstVault({ store, clock, log, vaultSockets });
  return {
    store,
    trail,
    vault,
    async close() {
      vault.close();
      await trail.close();
      await store.close();
      lock.release();
    },
  };
}

/** Resolves when a vault is ready for work. Those that follow take its place when they come. */
async function firstVault({
  store,
  clock,
  log,
  vaultSockets,
}: Pick<Surroundings, "clock" | "log" | "vaultSockets"> & {
  readonly store: Store;
}): Promise<VaultConnection> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<undefined>();
  const vault = connectVault({
    async onAttach(attached) {
      await openDomainKeys(attached, store, clock());
      resolve(undefined);
    },
    onAttachFailure(error) {
      log.error({ err: error }, "the vault could not be made ready");
      // Another vault may fare better, but not against keys that are not its own.
      if (error instanceof WrongVault) reject(error);
    },
  });
  vaultSockets.subscribe((socket) => vault.attach(movedToOwnBuffer(socket)));
  await ready;
  return vault;
}

async function openHouse(foundation: Foundation, around: Surroundings): Promise<Server> {
  const { store, trail, vault } = foundation;
  const { config, clock, log } = around;
  const region = config.regions[0] ?? "us-east-1";
  const partition = partitionOf(region);
  const secretAccessKeys = vaultSecretAccessKeys(vault);
  const firstStart = await makeFirstAccount({ ...foundation, secretAccessKeys, region }, around);
  const sessionTokens = vaultSessionTokens(vault);
  const sts = { store, secretAccessKeys, sessionTokens, clock, partition };
  const kept = withSessions(accessKeyDirectory({ store, secretAccessKeys, partition }), sts);
  const accessKeys =
    config.mode === "dev"
      ? devAccessKeys({
          accessKeys: kept,
          store,
          secretAccessKeys,
          firstAccountId: config.accountId,
          clock,
        })
      : kept;
  const { attestationRootPath } = config;
  const attestationRoots =
    attestationRootPath === undefined ? [] : readTrustedRoots(attestationRootPath);
  const requestQuotas = config.requestQuotas ? new RequestQuotas() : undefined;
  const keyStorePasswords = vaultKeyStorePasswords(vault);
  const tokenKeys = openTokens({ config, tokenSockets: around.tokenSockets, keyStorePasswords });
  const lifecycle = {
    vault,
    tokenKeys,
    store,
    trail,
    lastUsages: new LastUsages(store),
    clock,
    seenTime: await SeenTime.open({
      store,
      clock,
      host: around.host,
      ...clockWarnings(log),
    }),
    setbacks: new Setbacks(({ keyArn, error }) =>
      log.warn({ keyArn, err: error }, "a key whose time has come could not be seen to"),
    ),
  };
  const externalKeys = await openXks(config.xks ?? {}, { secretAccessKeys, clock });
  const identities = identityDirectory({ store, partition });
  const besides = {
    attestationRoots,
    externalKeys,
    secretAccessKeys,
    keyStorePasswords,
    identities,
  };
  const gateway = await openGateway({
    ...config,
    services: [kmsService({ ...lifecycle, ...besides, requestQuotas, regions: config.regions })],
    queryServices: [
      stsService({ ...sts, trail }),
      iamService({ store, trail, secretAccessKeys, clock, partition }),
    ],
    adminServices: [adminService({ store, trail, secretAccessKeys, clock, region })],
    accessKeys,
    clock,
    log,
    adminSocketPath: path.join(config.dataDirectory, "admin.sock"),
  });
  return serverOf({ gateway, firstStart, lifecycle, externalKeys, tokenKeys, foundation, log });
}

/** Tokens, by way of the process that the launcher starts for them. */
function openTokens({
  config,
  tokenSockets,
  keyStorePasswords,
}: Pick<Surroundings, "config" | "tokenSockets"> & {
  readonly keyStorePasswords: KeyStorePasswords;
}): TokenClient {
  const clusters = config.pkcs11?.clusters ?? [];
  const client = tokenClient({ clusters, passwords: keyStorePasswords });
  tokenSockets?.subscribe((socket) => client.attach(movedToOwnBuffer(socket)));
  return client;
}

function clockWarnings(log: OperatorLog): ClockJudgement {
  return {
    onDoubt: ({ leadMs, seenAtMs }) =>
      log.warn(
        { aheadDays: Math.round(leadMs / msPerDay), seen: new Date(seenAtMs).toISOString() },
        "the clock is further ahead than time was seen to pass: deletions of keys wait. " +
          "Set it right, or leave it if it is right: it is believed after 30 days",
      ),
    onTrust: () => log.warn({}, "the clock is believed again: deletions of keys follow it"),
  };
}

async function makeFirstAccount(
  parts: Foundation & {
    readonly secretAccessKeys: ReturnType<typeof vaultSecretAccessKeys>;
    readonly region: string;
  },
  { config, clock }: Surroundings,
): Promise<boolean> {
  // Everybody knows a development server's credentials: there is nothing to hand out.
  if (config.mode === "dev") return false;
  const credentialsPath = path.join(config.dataDirectory, "bootstrap-credentials.json");
  const { accountId } = config;
  return (await bootstrap({ ...parts, accountId, path: credentialsPath, clock })).created;
}

function serverOf(parts: {
  readonly gateway: Listener;
  readonly firstStart: boolean;
  readonly lifecycle: LifecycleParts;
  readonly externalKeys: XksClient;
  readonly tokenKeys: TokenClient;
  readonly foundation: Foundation;
  readonly log: OperatorLog;
}): Server {
  const { gateway, firstStart, lifecycle, externalKeys, tokenKeys, foundation, log } = parts;
  const ticking = every(
    lifecycleEveryMs,
    async () => void (await runLifecycle(lifecycle)),
    (error) => log.warn({ err: error }, "keys whose time has come could not all be seen to"),
  );
  const keyStores = new KeyStoreConnections({ store: lifecycle.store, externalKeys, tokenKeys });
  const settling = settlingKeyStores(keyStores, log);
  const warnOfUsages = (error: unknown): void => {
    log.warn({ err: error }, "the last uses of keys could not be stored");
  };
  const storingUsages = every(
    lastUsagesEveryMs,
    async () => await lifecycle.lastUsages.flush(),
    warnOfUsages,
  );
  const erasing = keepErased(foundation.store, {
    everyMs: eraseEveryMs,
    onFailure: (error) =>
      log.warn({ err: error }, "what was deleted could not be erased from the files yet"),
  });
  return {
    url: gateway.url,
    firstStart,
    reload: async () => await gateway.reload(),
    async close() {
      await gateway.close();
      await ticking.stop();
      await settling.stop();
      await keyStores.ended();
      externalKeys.close();
      tokenKeys.close();
      await storingUsages.stop();
      await lifecycle.lastUsages.flush().catch(warnOfUsages);
      const erased = erasing.stop();
      // An erasure that rests until later is made at once by a store that closes.
      await foundation.close();
      await erased;
    },
  };
}

function settlingKeyStores(keyStores: KeyStoreConnections, log: OperatorLog): Ticking {
  return every(
    keyStoresEveryMs,
    async () => await keyStores.settle(),
    (error) => log.warn({ err: error }, "custom key stores could not be connected"),
  );
}
