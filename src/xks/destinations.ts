/**
 * Where the host of a proxy is. A caller names the host, so unless the operator has named
 * it too it has to be a machine of the public Internet, and the port is 443.
 */
import { lookup as lookupHost, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isPublicAddress } from "./addresses.ts";

export interface Destination {
  /** What to connect to: a name, or the address an operator gave. */
  readonly address: string;
  readonly port: number;
  /** How the name becomes addresses. Fails for one that callers must not be led to. */
  readonly lookup: LookupFunction;
}

/** A host that callers may name although it is not public, and perhaps where it is. */
export interface NamedHost {
  readonly host: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
}

const httpsPort = 443;

/** Reads "host", "host=address" or "host=address:port". Nothing when it is none of them. */
export function parseNamedHost(text: string): NamedHost | undefined {
  const [, host, bracketed, plain, port] = namedHost.exec(text) ?? [];
  if (host === undefined || isIP(host) !== 0) return undefined;
  const address = bracketed ?? plain;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return {
    host: host.toLowerCase(),
    address,
    port: port === undefined ? undefined : Number(port),
  };
}

const namedHost =
  /^([a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?)(?:=(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::(\d{1,5}))?)?$/i;

/** The destination of a host, by the hosts an operator has named. Nothing for one that is no name. */
export function destinationsOf(named: readonly NamedHost[]) {
  const byHost = new Map(named.map((entry) => [entry.host, entry]));
  return (host: string): Destination | undefined => {
    // No certificate authority vouches for an address, and "1.2.3" is one to some resolvers.
    if (isIP(host) !== 0 || !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(host)) return undefined;
    const entry = byHost.get(host.toLowerCase());
    if (entry === undefined) return { address: host, port: httpsPort, lookup: lookUpPublic };
    const { address = host, port = httpsPort } = entry;
    return { address, port, lookup: lookupHost };
  };
}

/** As dns.lookup, for a name whose addresses are all public: one that is not makes it a trap. */
const lookUpPublic: LookupFunction = (host, options, done) => {
  lookupHost(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    const [first] = found ?? [];
    if (error !== null || first === undefined) {
      done(error ?? new Error(`${host} has no address`), []);
    } else if (!found.every(({ address }) => isPublicAddress(address))) {
      done(new Error(`${host} is not an address of the public Internet`), []);
    } else if (options.all === true) {
      done(null, found);
    } else {
      done(null, first.address, first.family);
    }
  });
};
