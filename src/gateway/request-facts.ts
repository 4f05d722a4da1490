import type { RequestFacts } from "../service/caller.ts";
import type { WireRequest } from "./wire.ts";

/** What services may know of a request: derived here, whatever its client says. */
export function factsOf(request: WireRequest, region: string): RequestFacts {
  const { requestId, receivedAtMs, sourceIp, tls, headers } = request;
  return {
    requestId,
    receivedAtMs,
    region,
    sourceIp,
    userAgent: headers["user-agent"] ?? "",
    host: headers.host ?? "",
    ...(tls !== undefined && { tls }),
  };
}
