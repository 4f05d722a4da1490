/** How a server is to run. Nothing in it is secret: it travels from the launcher to the API process. */
export interface ServerConfig {
  readonly mode: "serve" | "dev";
  /** Absolute. Created 0700 when it is not there. */
  readonly dataDirectory: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: { readonly certPath: string; readonly keyPath: string };
  /** The first account, created on the first start. */
  readonly accountId: string;
  /** The Regions that are served; the first is the default. */
  readonly regions: readonly string[];
  /** PEM: those whose word is taken for what an attested recipient is. Without it, nobody's. */
  readonly attestationRootPath?: string | undefined;
  /** Whether to throttle as AWS does. */
  readonly requestQuotas: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}
