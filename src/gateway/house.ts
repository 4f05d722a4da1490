import type { Eventually } from "../lib/eventually.ts";
import type { Caller } from "../service/caller.ts";
import type { QueryService, Service } from "../service/service.ts";
import type { OperatorLog, WireRequest } from "./wire.ts";

/** What stands behind one door: its services, and how it knows who calls. */
export interface House {
  /** By what stands before the dot in X-Amz-Target. */
  readonly services: ReadonlyMap<string, Service>;
  /** Those that take forms. */
  readonly queryServices: readonly QueryService[];
  /** Throws or rejects with a ServiceError when the caller cannot prove who they are. */
  readonly identify: (
    request: WireRequest,
    service: Service | QueryService,
  ) => Eventually<Identity>;
  readonly log: OperatorLog;
}

export interface Identity {
  readonly caller: Caller;
  readonly region: string;
}
