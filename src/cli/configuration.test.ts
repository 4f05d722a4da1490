import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { awsRegions } from "../lib/regions.ts";
import type { Flags } from "./configuration.ts";
import { readConfiguration } from "./configuration.ts";
import { UsageFailure } from "./failure.ts";

const directory = mkdtempSync(path.join(os.tmpdir(), "keyhaven-configuration-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function file(text: string): string {
  files += 1;
  const name = path.join(directory, `${files}.yaml`);
  writeFileSync(name, text);
  return name;
}

async function read(flags: Flags = {}, environment: Record<string, string> = {}) {
  return await readConfiguration("serve", { flags, environment, workingDirectory: "/srv/house" });
}

async function complaintsOf(flags: Flags, environment: Record<string, string> = {}) {
  const failure: unknown = await read(flags, environment).catch((error: unknown) => error);
  if (failure instanceof UsageFailure) return failure.complaints;
  throw new Error("It was accepted.");
}

describe("the configuration", () => {
  test("has defaults for everything", async () => {
    expect(await read()).toEqual({
      mode: "serve",
      dataDirectory: "/srv/house/keyhaven-data",
      host: "127.0.0.1",
      port: 4566,
      accountId: "111122223333",
      regions: awsRegions,
      requestQuotas: false,
      perAddress: {},
      logLevel: "info",
    });
  });

  test("takes every setting from a file", async () => {
    const config = file(`
port: 8443
host: 0.0.0.0
data-dir: data
tls-cert: /etc/cert.pem
tls-key: key.pem
account: "000000000001"
regions: [eu-west-1, us-gov-west-1]
request-quotas: true
xks-hosts: [proxy.example, other.example=10.0.0.5:8443]
xks-ca: authorities.pem
xks-timeout: 500
pkcs11-module: hsm.so
pkcs11-clusters: [cluster-2345672abcd=the token, 444455556666/cluster-3456723bcde=other]
log-level: debug
`);
    expect(await read({ config })).toEqual({
      mode: "serve",
      dataDirectory: path.join(directory, "data"),
      host: "0.0.0.0",
      port: 8443,
      tls: { certPath: "/etc/cert.pem", keyPath: path.join(directory, "key.pem") },
      accountId: "000000000001",
      regions: ["eu-west-1", "us-gov-west-1"],
      requestQuotas: true,
      perAddress: {},
      xks: {
        hosts: ["proxy.example", "other.example=10.0.0.5:8443"],
        caPath: path.join(directory, "authorities.pem"),
        timeoutMs: 500,
      },
      pkcs11: {
        modulePath: path.join(directory, "hsm.so"),
        clusters: [
          {
            clusterId: "cluster-2345672abcd",
            accountId: "000000000001",
            tokenLabel: "the token",
          },
          { clusterId: "cluster-3456723bcde", accountId: "444455556666", tokenLabel: "other" },
        ],
      },
      logLevel: "debug",
    });
  });

  test("takes every setting from the environment", async () => {
    const environment = {
      KEYHAVEN_PORT: "0",
      KEYHAVEN_HOST: "::1",
      KEYHAVEN_DATA_DIR: "data",
      KEYHAVEN_TLS_CERT: "cert.pem",
      KEYHAVEN_TLS_KEY: "/key.pem",
      KEYHAVEN_ACCOUNT: "999999999999",
      KEYHAVEN_REGIONS: "eu-west-1, us-east-1",
      KEYHAVEN_ATTESTATION_ROOT: "root.pem",
      KEYHAVEN_REQUEST_QUOTAS: "on",
      KEYHAVEN_CONNECTIONS_PER_ADDRESS: "300",
      KEYHAVEN_LARGE_BODIES_PER_ADDRESS: "8",
      KEYHAVEN_XKS_HOSTS: "proxy.example=[fd00::5]:8443,other.example",
      KEYHAVEN_LOG_LEVEL: "silent",
    };
    expect(await read({}, environment)).toEqual({
      mode: "serve",
      dataDirectory: "/srv/house/data",
      host: "::1",
      port: 0,
      tls: { certPath: "/srv/house/cert.pem", keyPath: "/key.pem" },
      accountId: "999999999999",
      regions: ["eu-west-1", "us-east-1"],
      attestationRootPath: "/srv/house/root.pem",
      requestQuotas: true,
      perAddress: { connections: 300, largeBodies: 8 },
      xks: { hosts: ["proxy.example=[fd00::5]:8443", "other.example"] },
      logLevel: "silent",
    });
  });

  test("puts flags before the environment, that before the file, that before defaults", async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.boolean(), fc.boolean(), async (flag, variable, inFile) => {
        const config = file(inFile ? "port: 1" : "");
        const { port } = await read(
          { config, ...(flag ? { port: "3" } : {}) },
          variable ? { KEYHAVEN_PORT: "2" } : {},
        );
        expect(port).toBe(flag ? 3 : variable ? 2 : inFile ? 1 : 4566);
      }),
      { numRuns: 30 },
    );
  });

  test("finds its file through KEYHAVEN_CONFIG, and --config comes first", async () => {
    const environment = { KEYHAVEN_CONFIG: file("port: 1") };
    expect((await read({}, environment)).port).toBe(1);
    expect((await read({ config: file("port: 2") }, environment)).port).toBe(2);
  });

  test("takes an empty variable for one that is not set", async () => {
    const environment = { KEYHAVEN_PORT: "", KEYHAVEN_CONFIG: "", KEYHAVEN_TLS_CERT: "" };
    expect((await read({}, environment)).port).toBe(4566);
  });
});

const mustBeClusters =
  "be clusters like cluster-2345672abcd=label,444455556666/cluster-3456723bcde=other label, " +
  "each cluster and each label once";

describe("a wrong configuration", () => {
  test.each(["pkcs11-module", "pkcs11-clusters"] as const)(
    "is refused when %s stands alone",
    async (setting) => {
      const value = setting === "pkcs11-module" ? "hsm.so" : "cluster-2345672abcd=label";
      expect(await complaintsOf({ [setting]: value })).toEqual([
        "pkcs11-module and pkcs11-clusters are needed together: only one is given.",
      ]);
    },
  );

  const wrong: readonly (readonly [setting: string, value: string, must: string])[] = [
    ["port", "65536", "be a port number from 0 to 65535"],
    ["port", "-1", "be a port number from 0 to 65535"],
    ["port", "80.5", "be a port number from 0 to 65535"],
    ["port", "0x50", "be a port number from 0 to 65535"],
    ["host", "http://localhost", "be an IP address or a host name"],
    ["account", "12345", "be an account number of 12 digits, in quotes in a YAML file"],
    ["regions", "us-east-1,us-east-1", "be Region names like us-east-1,eu-west-1, each one once"],
    ["xks-hosts", "https://a", "be hosts like proxy.example,other.example=10.0.0.5:8443"],
    ["xks-timeout", "49", "be from 50 to 10000 milliseconds"],
    ["pkcs11-module", " ", "be the path of a PKCS#11 module"],
    ["pkcs11-clusters", "cluster-1=a", mustBeClusters],
    ["pkcs11-clusters", "cluster-2345672abcd=a,cluster-2345672abcd=b", mustBeClusters],
    ["pkcs11-clusters", "cluster-2345672abcd=a,444455556666/cluster-3456723bcde=a", mustBeClusters],
    ["regions", "mars", "be Region names like us-east-1,eu-west-1, each one once"],
    ["regions", "us-east-1,", "be Region names like us-east-1,eu-west-1, each one once"],
    ["connections-per-address", "0", "be a number from 1 to 4096"],
    ["connections-per-address", "4097", "be a number from 1 to 4096"],
    ["large-bodies-per-address", "129", "be a number from 1 to 128"],
    ["log-level", "verbose", "be debug, info, warn, error or silent"],
    ["data-dir", " ", "be a path"],
    ["attestation-root", " ", "be the path of a PEM file"],
    ["request-quotas", "maybe", "be on or off"],
  ];

  test.each(wrong)("is refused where it stands: %s %s", async (setting, value, must) => {
    const words = `must ${must}, not ${JSON.stringify(value)}.`;
    expect(await complaintsOf({ [setting]: value })).toEqual([`--${setting} ${words}`]);
    const variable = `KEYHAVEN_${setting.toUpperCase().replaceAll("-", "_")}`;
    expect(await complaintsOf({}, { [variable]: value })).toEqual([`${variable} ${words}`]);
    const config = file(`${setting}: "${value}"`);
    expect(await complaintsOf({ config })).toEqual([`${config}: ${setting} ${words}`]);
  });

  test("is refused with one line for each thing that is wrong, overridden or not", async () => {
    const config = file("port: many\nhost: []");
    const complaints = await complaintsOf({ config, port: "1", account: "x" });
    expect(complaints.map((line) => line.slice(0, line.indexOf(" must")))).toEqual([
      `${config}: port`,
      `${config}: host`,
      "--account",
    ]);
  });

  test("is refused when a file has a key that is no setting", async () => {
    const config = file("prot: 1\n__proto__: {port: 1}\nport: 2");
    const complaints = await complaintsOf({ config });
    expect(complaints[0]).toMatch(/prot is not a setting\. The settings are port, host,/);
    expect(complaints[1]).toMatch(/__proto__ is not a setting/);
  });

  test("is refused when an account has lost its quotes and with them its zeros", async () => {
    expect(await complaintsOf({ config: file("account: 000000000001") })).toHaveLength(1);
  });

  test.each(["- port", "just text", "port: [", "a: &a 1\nport: *a", "port: 1\nport: 2"])(
    "is refused when the file is not a map of settings: %s",
    async (text) => {
      expect(await complaintsOf({ config: file(text) })).toHaveLength(1);
    },
  );

  test("is refused when the file cannot be read, naming who asked for it", async () => {
    const [flag] = await complaintsOf({ config: "/nowhere.yaml" });
    expect(flag).toMatch(/^--config: cannot read \/nowhere\.yaml: ENOENT/);
    const [variable] = await complaintsOf({}, { KEYHAVEN_CONFIG: "/nowhere.yaml" });
    expect(variable).toMatch(/^KEYHAVEN_CONFIG: cannot read/);
  });

  test("is refused when the file is too long to be one", async () => {
    const [complaint] = await complaintsOf({ config: file("#".repeat(65_537)) });
    expect(complaint).toMatch(/larger than 64 KiB/);
  });

  test.each(["tls-cert", "tls-key"])("is refused when only %s is given", async (setting) => {
    expect(await complaintsOf({ [setting]: "x.pem" })).toEqual([
      "tls-cert and tls-key are needed together: only one is given.",
    ]);
  });
});
