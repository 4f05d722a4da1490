/** Apart from settings.ts, so that a command that is given no setting need not load the schemas. */
export const settingNames = [
  "port",
  "host",
  "data-dir",
  "tls-cert",
  "tls-key",
  "account",
  "regions",
  "attestation-root",
  "request-quotas",
  "connections-per-address",
  "large-bodies-per-address",
  "xks-hosts",
  "xks-ca",
  "xks-timeout",
  "pkcs11-module",
  "pkcs11-clusters",
  "log-level",
] as const;

/** As in a configuration file; as a flag with two dashes before it. */
export type SettingName = (typeof settingNames)[number];

/** As in the environment: data-dir is KEYHAVEN_DATA_DIR. */
export function environmentName(setting: SettingName): string {
  return `KEYHAVEN_${setting.toUpperCase().replaceAll("-", "_")}`;
}

/** A value as it was given, before it is checked. */
export interface GivenValue {
  readonly setting: SettingName;
  readonly value: unknown;
  /** Where it was given, for complaints: "--port", "KEYHAVEN_PORT", "keyhaven.yaml: port". */
  readonly source: string;
  /** What a relative path in it is relative to. */
  readonly baseDirectory: string;
}
