import { isIP } from "node:net";

/** Whether nothing but this machine can reach what listens on this host. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
