/** The options of the commands that run a server. */
import { type Command, Option } from "commander";
import type { Flags } from "./configuration.ts";
import type { SettingName } from "./setting-names.ts";
import { settingNames } from "./setting-names.ts";

const descriptions: Readonly<Record<SettingName, readonly [argument: string, what: string]>> = {
  port: ["<number>", "the port to listen on, 0 for any free one (default: 4566)"],
  host: ["<address>", "the address to listen on (default: 127.0.0.1)"],
  "data-dir": ["<directory>", "where everything is kept (default: ./keyhaven-data)"],
  "tls-cert": ["<file>", "the certificate chain, PEM; listening beyond this machine needs one"],
  "tls-key": ["<file>", "the private key of the certificate, PEM"],
  account: ["<number>", "the first account, 12 digits (default: 111122223333)"],
  regions: ["<names>", "the Regions served, with commas, the default first (default: all)"],
  "attestation-root": [
    "<file>",
    "the roots of attestation documents, PEM; without one Recipient is refused",
  ],
  "request-quotas": ["[on|off]", "throttle as AWS does (default: off)"],
  "connections-per-address": ["<number>", "of one client at once, up to 4096 (default: 1024)"],
  "large-bodies-per-address": [
    "<number>",
    "requests above 16 KB of one client at once, up to 128 (default: 64)",
  ],
  "xks-hosts": ["<names>", "XKS proxies that need not be public: host=address:port, with commas"],
  "xks-ca": ["<file>", "certificate authorities of XKS proxies besides the public ones, PEM"],
  "xks-timeout": ["<ms>", "how long an XKS proxy may take to answer (default: 250, as AWS)"],
  "pkcs11-module": ["<file>", "the PKCS#11 module of the tokens that hold keys, a shared library"],
  "pkcs11-clusters": ["<names>", "its tokens as clusters: cluster-…=token label, with commas"],
  "log-level": ["<level>", "debug, info, warn, error or silent (default: info)"],
};

/** Adds one option for each setting, and --config. */
export function addServerOptions(command: Command): Command {
  for (const setting of settingNames) {
    const [argument, what] = descriptions[setting];
    // Only an option whose value may be left out can do without one; it means "on" then.
    command.addOption(new Option(`--${setting} ${argument}`, what).preset("on"));
  }
  return command.option("--config <file>", "a configuration file, YAML");
}

/** The flags as they were given, under the names they were given by. */
export function flagsOf(command: Command): Flags {
  // Every option above takes a value, so commander holds text or nothing.
  const given = command.opts<Record<string, string | undefined>>();
  const names = command.options.map((option) => [option.attributeName(), option.long] as const);
  return Object.fromEntries(
    names
      .filter(([attribute]) => given[attribute] !== undefined)
      .map(([attribute, long]) => [(long ?? "").slice(2), given[attribute]]),
  );
}
