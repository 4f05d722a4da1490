/**
 * The places of a door: how many connections and large bodies there may be, in all and
 * for one address, and which connection gives way when somebody else comes.
 */
import type { Socket } from "node:net";
import { addressOf, isIdle } from "./connection.ts";
import type { BodyBudget } from "./buffered-request.ts";
import type { Connection } from "./connection.ts";
import { limits } from "./limits.ts";

export interface Allowance {
  readonly connections: number;
  readonly largeBodies: number;
}

export interface PlacesLimits {
  readonly inAll: Allowance;
  /** An IPv6 network of 64 bits, which is what one customer has, counts as one address. */
  readonly perAddress: Allowance;
}

/** Who has been quiet for less may only just be about to ask. */
const quietSweepsToGiveWay = 2;

interface Guest {
  readonly socket: Socket;
  readonly identity: Socket | string;
  readonly host: Host;
  readonly acceptedAtMs: number;
  /** Once it is ready to be used: before, hands are still being shaken. */
  connection: Connection | undefined;
}

interface Host {
  readonly name: string;
  /** In the order in which they came. */
  readonly guests: Set<Guest>;
  largeBodies: number;
}

export class Places {
  readonly #limits: PlacesLimits;
  readonly #hosts = new Map<string, Host>();
  /** By what is the same for a connection before and after hands were shaken. */
  readonly #guests = new Map<Socket | string, Guest>();
  #largeBodies = 0;

  constructor(placesLimits: PlacesLimits) {
    this.#limits = placesLimits;
  }

  /** Gives a connection a place, if need be that of one that is idle; false when there is none. */
  admit(socket: Socket, nowMs: number): boolean {
    const host = this.#hostNamed(nameOf(addressOf(socket)));
    const { inAll, perAddress } = this.#limits;
    const isCrowded = host.guests.size >= perAddress.connections;
    if (isCrowded && !this.#dismiss(idlestOf(host, nowMs))) return false;
    if (this.#guests.size >= inAll.connections && !this.#dismiss(this.#mostDispensable(nowMs))) {
      return false;
    }
    const identity = identityOf(socket);
    const guest: Guest = { socket, identity, host, acceptedAtMs: nowMs, connection: undefined };
    this.#hosts.set(host.name, host);
    host.guests.add(guest);
    this.#guests.set(identity, guest);
    socket.once("close", () => this.#forget(guest));
    return true;
  }

  /** From now on the place is as idle as this connection, which is the same or runs on top of it. */
  seat(connection: Connection): void {
    const guest = this.#guests.get(identityOf(connection.socket));
    if (guest === undefined) return;
    guest.connection = connection;
    if (connection.socket !== guest.socket) {
      connection.socket.once("close", () => this.#forget(guest));
    }
  }

  /** The places for large bodies that are left to an address. */
  bodyBudget(address: string): BodyBudget {
    const name = nameOf(address);
    return {
      take: () => {
        const host = this.#hostNamed(name);
        const { inAll, perAddress } = this.#limits;
        if (this.#largeBodies >= inAll.largeBodies) return false;
        if (host.largeBodies >= perAddress.largeBodies) return false;
        this.#hosts.set(name, host);
        this.#largeBodies += 1;
        host.largeBodies += 1;
        return true;
      },
      release: () => {
        const host = this.#hostNamed(name);
        this.#largeBodies -= 1;
        host.largeBodies -= 1;
        this.#forgetIfGone(host);
      },
    };
  }

  #hostNamed(name: string): Host {
    return this.#hosts.get(name) ?? { name, guests: new Set(), largeBodies: 0 };
  }

  /** Whoever holds the most gives way first: a crowd from one address costs others nothing. */
  #mostDispensable(nowMs: number): Guest | undefined {
    let found: Guest | undefined;
    for (const host of this.#hosts.values()) {
      if (found !== undefined && host.guests.size <= found.host.guests.size) continue;
      found = idlestOf(host, nowMs) ?? found;
    }
    return found;
  }

  /** False when there is nobody to dismiss. */
  #dismiss(guest: Guest | undefined): boolean {
    if (guest === undefined) return false;
    this.#forget(guest);
    guest.connection?.socket.destroy();
    guest.socket.destroy();
    return true;
  }

  #forget(guest: Guest): void {
    const { host, identity } = guest;
    host.guests.delete(guest);
    if (this.#guests.get(identity) === guest) this.#guests.delete(identity);
    this.#forgetIfGone(host);
  }

  #forgetIfGone(host: Host): void {
    if (host.guests.size === 0 && host.largeBodies === 0) this.#hosts.delete(host.name);
  }
}

/** The connection that has been idle for the longest time, if one is idle. */
function idlestOf(host: Host, nowMs: number): Guest | undefined {
  let idlest: Guest | undefined;
  let longest = quietSweepsToGiveWay - 1;
  for (const guest of host.guests) {
    const quiet = quietSweepsOf(guest, nowMs);
    if (quiet <= longest) continue;
    idlest = guest;
    longest = quiet;
  }
  return idlest;
}

function quietSweepsOf({ connection, acceptedAtMs }: Guest, nowMs: number): number {
  if (connection === undefined) return (nowMs - acceptedAtMs) / limits.sweepMs;
  return isIdle(connection) ? connection.quietSweeps : 0;
}

/** A TLS socket and the one beneath it have the same peer. A Unix socket's peer has no name. */
function identityOf(socket: Socket): Socket | string {
  const { remoteAddress, remotePort } = socket;
  return remotePort === undefined ? socket : `${remoteAddress} ${remotePort}`;
}

/** An IPv4 address as it is, of an IPv6 address the first four groups. */
function nameOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = (address.split("%")[0] ?? "").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const zeros = address.includes("::") ? 8 - before.length - after.length : 0;
  return [...before, ...Array<string>(Math.max(0, zeros)).fill("0"), ...after]
    .slice(0, 4)
    .join(":");
}
