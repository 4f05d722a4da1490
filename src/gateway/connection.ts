/** What a listener remembers of each connection. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { wipe } from "../lib/wipe.ts";
import type { TlsFacts } from "../service/caller.ts";
import type { BodyBudget, BufferedRequest } from "./buffered-request.ts";

export interface Connection {
  readonly socket: Socket;
  readonly sourceIp: string;
  readonly tls: TlsFacts | undefined;
  readonly bodyBudget: BodyBudget;
  /** The request whose body is still coming. */
  reading: BufferedRequest | undefined;
  /** Requests that are being answered. */
  answering: number;
  /** Whether a request ever came. */
  used: boolean;
  /** How often the listener has looked since a request came or an answer left. */
  quietSweeps: number;
  /** Whether the last answer was decided on: requests that still come are not looked at. */
  closing: boolean;
  /** Secret answers on their way out. */
  readonly unsent: Set<Buffer>;
}

/** Nothing is coming, nothing is being answered, nothing is on its way out. */
export function isIdle({ reading, answering, unsent, socket }: Connection): boolean {
  return (
    reading === undefined && answering === 0 && unsent.size === 0 && socket.writableLength === 0
  );
}

/** A connection that was just accepted. Wipes what it held when the socket closes. */
export function openConnection(
  socket: Socket,
  bodyBudgetOf: (address: string) => BodyBudget,
): Connection {
  const sourceIp = addressOf(socket);
  const connection: Connection = {
    socket,
    sourceIp,
    bodyBudget: bodyBudgetOf(sourceIp),
    tls: socket instanceof TLSSocket ? tlsFacts(socket) : undefined,
    reading: undefined,
    answering: 0,
    used: false,
    quietSweeps: 0,
    closing: false,
    unsent: new Set(),
  };
  socket.once("close", () => wipeConnection(connection));
  return connection;
}

function wipeConnection(connection: Connection): void {
  connection.reading?.abandonBody();
  connection.reading = undefined;
  for (const bytes of connection.unsent) wipe(bytes);
  connection.unsent.clear();
}

const mappedPrefix = "::ffff:";

/**
 * The peer's address; an IPv4 address in IPv6 clothes is shown as what it is. Headers
 * such as X-Forwarded-For are anybody's to write, so they are not asked.
 */
export function addressOf(socket: Socket): string {
  // A Unix socket has no address: its peer is on this machine.
  const address = socket.remoteAddress ?? "localhost";
  const mapped = address.startsWith(mappedPrefix) && address.includes(".");
  return mapped ? address.slice(mappedPrefix.length) : address;
}

function tlsFacts(socket: TLSSocket): TlsFacts {
  return {
    tlsVersion: socket.getProtocol() ?? "unknown",
    cipherSuite: socket.getCipher().name,
  };
}
