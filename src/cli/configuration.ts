/** From file, environment and flags to one configuration. */
import path from "node:path";
import type * as z from "zod/mini";
import type { ServerConfig } from "../launcher/server-config.ts";
import { awsRegions } from "../lib/regions.ts";
import { readConfigFile } from "./config-file.ts";
import { UsageFailure } from "./failure.ts";
import type { GivenValue, SettingName } from "./setting-names.ts";
import { environmentName, settingNames } from "./setting-names.ts";
import type { settings } from "./settings.ts";

/** Flags as they were given: settings, and --config. */
export type Flags = Readonly<Partial<Record<SettingName | "config", string>>>;

/** Where settings come from, weakest last. */
export interface Sources {
  readonly flags: Flags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
}

type Values = {
  readonly [Setting in SettingName]?: z.output<(typeof settings)[Setting]["schema"]>;
};

/**
 * The configuration of a server. Flags come before the environment, the environment
 * before the file, the file before the defaults. Throws UsageFailure with one line for
 * each wrong value, saying where it was given, also when a stronger source overrides it.
 */
export async function readConfiguration(
  mode: ServerConfig["mode"],
  sources: Sources,
): Promise<ServerConfig> {
  const given = [...(await fromFile(sources)), ...fromEnvironment(sources), ...fromFlags(sources)];
  const values = given.length === 0 ? {} : await check(given);
  return toConfig(mode, values, sources.workingDirectory);
}

async function fromFile({ flags, environment }: Sources): Promise<GivenValue[]> {
  if (flags.config !== undefined) return await readConfigFile(flags.config, "--config");
  const file = environment["KEYHAVEN_CONFIG"] ?? "";
  return file === "" ? [] : await readConfigFile(file, "KEYHAVEN_CONFIG");
}

/** An empty variable is one that was not set: compose files and service units write them so. */
function fromEnvironment({ environment, workingDirectory }: Sources): GivenValue[] {
  return settingNames.flatMap((setting) => {
    const source = environmentName(setting);
    const value = environment[source] ?? "";
    return value === "" ? [] : { setting, value, source, baseDirectory: workingDirectory };
  });
}

function fromFlags({ flags, workingDirectory }: Sources): GivenValue[] {
  return settingNames.flatMap((setting) => {
    const value = flags[setting];
    const source = `--${setting}`;
    return value === undefined ? [] : { setting, value, source, baseDirectory: workingDirectory };
  });
}

/** Later values win. */
async function check(given: readonly GivenValue[]): Promise<Values> {
  // Loading the schemas takes as long as all the rest here: only when there is something to check.
  const { settings } = await import("./settings.ts");
  const complaints: string[] = [];
  const values: Record<string, unknown> = {};
  for (const { setting, value, source, baseDirectory } of given) {
    const result = settings[setting].schema.safeParse(value);
    if (!result.success) {
      complaints.push(`${source} must ${settings[setting].must}, not ${quote(value)}.`);
    } else if (isPath(setting)) {
      values[setting] = path.resolve(baseDirectory, String(result.data));
    } else {
      values[setting] = result.data;
    }
  }
  if (complaints.length > 0) throw new UsageFailure(complaints);
  return values;
}

const paths: ReadonlySet<SettingName> = new Set([
  "data-dir",
  "tls-cert",
  "tls-key",
  "attestation-root",
  "xks-ca",
  "pkcs11-module",
]);

function isPath(setting: SettingName): boolean {
  return paths.has(setting);
}

function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

const defaultAccountId = "111122223333";

function toConfig(mode: ServerConfig["mode"], values: Values, base: string): ServerConfig {
  const { "tls-cert": certPath, "tls-key": keyPath } = values;
  if ((certPath === undefined) !== (keyPath === undefined)) {
    throw new UsageFailure(["tls-cert and tls-key are needed together: only one is given."]);
  }
  return {
    mode,
    dataDirectory: values["data-dir"] ?? path.resolve(base, "keyhaven-data"),
    host: values.host ?? "127.0.0.1",
    port: values.port ?? 4566,
    ...(certPath === undefined || keyPath === undefined ? {} : { tls: { certPath, keyPath } }),
    accountId: values.account ?? defaultAccountId,
    regions: values.regions ?? awsRegions,
    attestationRootPath: values["attestation-root"],
    requestQuotas: values["request-quotas"] ?? false,
    perAddress: {
      connections: values["connections-per-address"],
      largeBodies: values["large-bodies-per-address"],
    },
    ...xksOf(values),
    ...pkcs11Of(values),
    logLevel: values["log-level"] ?? "info",
  };
}

function xksOf(values: Values): Pick<ServerConfig, "xks"> {
  const { "xks-hosts": hosts = [], "xks-ca": caPath, "xks-timeout": timeoutMs } = values;
  if (hosts.length === 0 && caPath === undefined && timeoutMs === undefined) return {};
  return {
    xks: {
      hosts,
      ...(caPath === undefined ? {} : { caPath }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  };
}

function pkcs11Of(values: Values): Pick<ServerConfig, "pkcs11"> {
  const { "pkcs11-module": modulePath, "pkcs11-clusters": clusters, account } = values;
  if (modulePath === undefined && clusters === undefined) return {};
  if (modulePath === undefined || clusters === undefined) {
    const missing = ["pkcs11-module and pkcs11-clusters are needed together: only one is given."];
    throw new UsageFailure(missing);
  }
  const firstAccountId = account ?? defaultAccountId;
  return {
    pkcs11: { modulePath, clusters: clusters.map((each) => clusterOf(each, firstAccountId)) },
  };
}

/** "cluster-id=token label", for another account than the first with "account/" before it. */
function clusterOf(written: string, firstAccountId: string) {
  const [name = "", tokenLabel = ""] = written.split("=");
  const [clusterId = "", accountId = firstAccountId] = name.split("/").toReversed();
  return { clusterId, accountId, tokenLabel };
}
