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
  /** What one client address may hold of the server at once; what is not said is as usual. */
  readonly perAddress?: {
    readonly connections?: number | undefined;
    readonly largeBodies?: number | undefined;
  };
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}
