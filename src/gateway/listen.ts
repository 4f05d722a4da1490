/** The listener on TCP, with TLS wherever others than this machine can reach it. */
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { isIP } from "node:net";
import { isLoopback } from "../lib/loopback.ts";
import { errorCode } from "../lib/error-code.ts";
import type { Clock } from "../lib/clock.ts";
import type { House } from "./house.ts";
import { limits } from "./limits.ts";
import { ListenRefused } from "./listen-refused.ts";
import type { Allowance } from "./places.ts";
import { serve, serverOptions } from "./serve.ts";
import type { HttpServer } from "./serve.ts";
import { useTlsFiles } from "./tls-files.ts";
import type { TlsFiles } from "./tls-files.ts";

export interface ListenOn {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsFiles | undefined;
  /** What one address may hold, where it is not to be as limits.ts has it. */
  readonly perAddress?: { readonly [Kind in keyof Allowance]?: number | undefined } | undefined;
}

export interface Listener {
  readonly url: string;
  /**
   * Reads the TLS files again, for connections to come. Throws ListenRefused and keeps
   * to the old ones when the new ones are no good.
   */
  reload(): Promise<void>;
  /** Finishes what was begun, for at most 10 seconds, and closes every connection. */
  close(): Promise<void>;
}

/**
 * Opens the listener. Throws ListenRefused for an address beyond this machine without
 * TLS, for TLS files that are no good, and for an address that cannot be had.
 */
export async function listen(on: ListenOn, house: House, clock: Clock): Promise<Listener> {
  if (on.tls === undefined && !isLoopback(on.host)) {
    throw new ListenRefused(
      `will not listen on ${on.host} without TLS: ` +
        "name a certificate and its private key, or listen on 127.0.0.1",
    );
  }
  const { server, load } = on.tls === undefined ? plainServer() : await tlsServer(on.tls);
  const serving = serve(server, {
    house,
    clock,
    limits: { inAll: limits.inAll, perAddress: perAddress(on) },
    readyEvent: on.tls === undefined ? "connection" : "secureConnection",
  });
  await bind(server, on);
  return {
    url: `${on.tls === undefined ? "http" : "https"}://${authorityOf(on.host, server)}`,
    reload: load,
    close: async () => await serving.drain(),
  };
}

function perAddress({ perAddress: given }: ListenOn): Allowance {
  return {
    connections: given?.connections ?? limits.perAddress.connections,
    largeBodies: given?.largeBodies ?? limits.perAddress.largeBodies,
  };
}

/** A server that does not listen yet, and how to read its TLS files again. */
interface LoadedServer {
  readonly server: HttpServer;
  readonly load: () => Promise<void>;
}

function plainServer(): LoadedServer {
  return { server: createServer(serverOptions), load: async () => {} };
}

async function tlsServer(files: TlsFiles): Promise<LoadedServer> {
  const server = createTlsServer({
    ...serverOptions,
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: limits.handshakeTimeoutMs,
  });
  const load = async () => await useTlsFiles(files, (options) => server.setSecureContext(options));
  await load();
  return { server, load };
}

async function bind(server: HttpServer, { host, port }: ListenOn): Promise<void> {
  try {
    server.listen({ host, port, backlog: 1024 });
    await once(server, "listening");
  } catch (cause) {
    throw new ListenRefused(
      `cannot listen on ${host} port ${port} (${errorCode(cause) ?? "unknown reason"}): choose another address or port`,
      { cause },
    );
  }
}

function authorityOf(host: string, server: HttpServer): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
