/** The front door of a server: the public listener, and the operators' socket. */
import { identify } from "../identity/identify.ts";
import type { Clock } from "../lib/clock.ts";
import type { AccessKeys } from "../service/access-keys.ts";
import type { QueryService, Service } from "../service/service.ts";
import { openAdminSocket } from "./admin-socket.ts";
import type { House } from "./house.ts";
import { listen } from "./listen.ts";
import type { Listener, ListenOn } from "./listen.ts";
import type { OperatorLog } from "./wire.ts";

export interface GatewayOptions extends ListenOn {
  /** Answered over TCP, to whoever signs the request. */
  readonly services: readonly Service[];
  /** Answered over TCP as well: those that take forms. */
  readonly queryServices: readonly QueryService[];
  /** Answered on the admin socket only, to whoever can open it. */
  readonly adminServices: readonly Service[];
  readonly accessKeys: AccessKeys;
  /** The Regions that are served; the first is the default. */
  readonly regions: readonly string[];
  readonly clock: Clock;
  readonly log: OperatorLog;
  readonly adminSocketPath?: string | undefined;
}

/** How far a client's clock may be off, as AWS allows for KMS, and for IAM and STS. */
const toleranceMs = { json: 5 * 60 * 1000, query: 15 * 60 * 1000 };

/** What AWS's global services are signed for when a client goes by AWS's own rules. */
const globalRegion = "us-east-1";

/**
 * Opens the doors. Throws ListenRefused, with one line that says what to do, when one of
 * them cannot be opened; then none is.
 */
export async function openGateway(options: GatewayOptions): Promise<Listener> {
  const { adminSocketPath, clock } = options;
  const admin =
    adminSocketPath === undefined
      ? undefined
      : await openAdminSocket(adminSocketPath, operatorsHouse(options), clock);
  try {
    const listener = await listen(options, customersHouse(options), clock);
    return {
      url: listener.url,
      reload: async () => await listener.reload(),
      close: async () => {
        await Promise.all([listener.close(), admin?.close()]);
      },
    };
  } catch (error) {
    await admin?.close();
    throw error;
  }
}

function customersHouse(options: GatewayOptions): House {
  const { services, queryServices, accessKeys, regions, clock, log } = options;
  const served = new Set(regions);
  const servedGlobally = new Set([...regions, globalRegion]);
  return {
    services: byPrefix(services),
    queryServices,
    identify(request, service) {
      const isQuery = "isGlobal" in service;
      const scope = {
        service: service.signingName,
        regions: isQuery ? servedGlobally : served,
        nowMs: clock(),
        toleranceMs: isQuery ? toleranceMs.query : toleranceMs.json,
      };
      return identify(request, scope, accessKeys);
    },
    log,
  };
}

function operatorsHouse({ adminServices, regions, log }: GatewayOptions): House {
  const operator = {
    caller: {
      type: "Operator",
      accountId: "",
      arn: "operator",
      // The socket's mode lets in nobody else.
      principalId: String(process.getuid?.() ?? ""),
    },
    region: regions[0] ?? "",
  } as const;
  return {
    services: byPrefix(adminServices),
    queryServices: [],
    identify: () => operator,
    log,
  };
}

function byPrefix(services: readonly Service[]): ReadonlyMap<string, Service> {
  return new Map(services.map((service) => [service.targetPrefix, service]));
}
