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
  /** The XKS proxies that callers may name besides public ones, and who vouches for them. */
  readonly xks?: XksConfig;
  /** The operator's PKCS#11 module, and the tokens in it that stand for CloudHSM clusters. */
  readonly pkcs11?: Pkcs11Config;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

export interface Pkcs11Config {
  /** Absolute; a shared library. */
  readonly modulePath: string;
  readonly clusters: readonly {
    readonly clusterId: string;
    /** The one account whose key store it can be. */
    readonly accountId: string;
    readonly tokenLabel: string;
  }[];
}

export interface XksConfig {
  /** "host", "host=address" or "host=address:port": hosts that need not be public. */
  readonly hosts: readonly string[];
  /** Certificate authorities besides the public ones, a PEM file. */
  readonly caPath?: string;
  /** What a proxy is given instead of the 250 ms of AWS KMS. */
  readonly timeoutMs?: number;
}
