/** What the launcher and the API process say to each other over their IPC channel. */
import type { ServerConfig } from "./server-config.ts";

/** Launcher to API process. The first two carry the API's end of the vault's socket pair as handle. */
export type ToServer =
  | { readonly type: "start"; readonly config: ServerConfig }
  /** A new vault stands behind this socket: the one before is gone. */
  | { readonly type: "vault" }
  /** The process that works with PKCS#11 tokens is behind this socket: the one before is gone. */
  | { readonly type: "tokens" }
  /** Read the TLS files again (SIGHUP). Carries no handle. */
  | { readonly type: "reload" }
  /** Finish what was begun, accept nothing new, exit with 0 (SIGTERM). Carries no handle. */
  | { readonly type: "drain" };

/** API process to launcher. */
export type FromServer =
  | { readonly type: "ready"; readonly url: string; readonly firstStart: boolean }
  /** The server cannot run; one line that says why and what to do. */
  | { readonly type: "failed"; readonly message: string };
