/**
 * Keyhaven for tests: a whole server inside the test's own process, with a real vault
 * process beside it and a data directory that is thrown away.
 *
 *     import { startKeyhaven } from "keyhaven/testing";
 *     const keyhaven = await startKeyhaven();
 *     const kms = new KMSClient(keyhaven.clientConfig);
 *     …
 *     await keyhaven.stop();
 */
import { mkdtemp, rm, mkdir } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pino from "pino";
import { keepVault, type RunningVault } from "./launcher/keep-vault.ts";
import { startTokens } from "./launcher/start-tokens.ts";
import { startVault } from "./launcher/start-vault.ts";
import type { Clock } from "./lib/clock.ts";
import { Latest } from "./lib/latest.ts";
import { awsRegions } from "./lib/regions.ts";
import { openServer } from "./server.ts";
import type { Pkcs11Config, XksConfig } from "./launcher/server-config.ts";

export interface StartOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The account that the credentials test/test speak for. */
  readonly accountId?: string;
  readonly region?: string;
  /** The roots of attestation documents, a PEM file; without it calls with a Recipient are refused. */
  readonly attestationRootPath?: string;
  /** Whether to throttle as AWS does, which is off by default. */
  readonly requestQuotas?: boolean;
  /** What time it is, in milliseconds since 1970: move it to see rotations and deletions happen. */
  readonly clock?: Clock;
  /** Which XKS proxies it may speak to that are not public ones. */
  readonly xks?: XksConfig;
  /** A PKCS#11 module, and the tokens in it that stand for CloudHSM clusters. */
  readonly pkcs11?: Pkcs11Config;
}

export interface Keyhaven {
  readonly endpoint: string;
  readonly accountId: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** All that a client of the AWS SDK for JavaScript needs. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Keyhaven["credentials"];
  };
  stop(): Promise<void>;
}

/** Starts a development server. Its credentials are test/test; a 12-digit access key id selects that account. */
export async function startKeyhaven(options: StartOptions = {}): Promise<Keyhaven> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "keyhaven-test-"));
  const vault = await startOwnVault(path.join(dataDirectory, "vault"));
  const tokens = options.pkcs11 && keepTokens(options.pkcs11);
  const { region = "us-east-1", accountId = "111122223333" } = options;
  const stopVault = async (): Promise<void> => {
    await vault.stop();
    await tokens?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
  const log = pino({ level: "error" });
  try {
    const server = await openServer({
      config: {
        mode: "dev",
        dataDirectory,
        host: "127.0.0.1",
        port: options.port ?? 0,
        accountId,
        regions: [region, ...awsRegions.filter((other) => other !== region)],
        attestationRootPath: options.attestationRootPath,
        requestQuotas: options.requestQuotas ?? false,
        logLevel: "error",
        ...(options.xks === undefined ? {} : { xks: options.xks }),
        ...(options.pkcs11 === undefined ? {} : { pkcs11: options.pkcs11 }),
      },
      clock: options.clock ?? Date.now,
      // Who moves the clock moves time itself: it is not a clock that went wrong.
      host: options.clock && { elapsedMs: options.clock, bootId: null },
      log,
      vaultSockets: vault.sockets,
      tokenSockets: tokens?.sockets,
      onFatal: (error) => log.fatal({ err: error }, "the server cannot go on"),
    });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const endpoint = server.url;
    return {
      endpoint,
      accountId,
      region,
      credentials,
      clientConfig: { endpoint, region, credentials },
      async stop() {
        await server.close();
        await stopVault();
      },
    };
  } catch (error) {
    await stopVault();
    throw error;
  }
}

async function startOwnVault(directory: string) {
  await mkdir(directory, { mode: 0o700 });
  let initialize = true;
  return kept(() => {
    const vault = startVault({ directory, initialize });
    initialize = false;
    return vault;
  });
}

function keepTokens(config: Pkcs11Config) {
  return kept(() => startTokens(config));
}

function kept(start: () => RunningVault) {
  const sockets = new Latest<Socket>();
  const ending = new AbortController();
  const keeping = keepVault({
    start,
    handOver: ({ socket }) => {
      sockets.offer(socket);
      return Promise.resolve();
    },
    onDeath: () => true,
    until: ending.signal,
  });
  return {
    sockets,
    async stop() {
      ending.abort();
      await keeping;
    },
  };
}
