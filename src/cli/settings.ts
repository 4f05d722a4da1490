/** The settings of a server: one row each, the same name wherever it is given. */
import * as z from "zod/mini";

const regionName = /^[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}-\d{1,2}$/;
const proxyHost =
  /^[A-Za-z0-9][A-Za-z0-9.-]{0,254}(=(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,255})(:\d{1,5})?)?$/;
const text = z.string().check(z.trim(), z.minLength(1), z.maxLength(4096));
// A YAML file gives numbers and lists, a command line and an environment give text.
const textOrNumber = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
const textOrList = z.pipe(
  z.union([text, z.array(text)]),
  z.transform((value) => (typeof value === "string" ? value.split(",") : value)),
);

function countUpTo(max: number) {
  return z.pipe(
    z.pipe(textOrNumber, z.string().check(z.regex(/^[1-9]\d{0,4}$/))),
    z.pipe(z.transform(Number), z.number().check(z.lte(max))),
  );
}

const regions = z
  .array(z.string().check(z.trim(), z.regex(regionName)))
  .check(z.minLength(1), z.maxLength(100), z.refine(isWithoutRepetition));

const proxyHosts = z
  .array(z.string().check(z.trim(), z.regex(proxyHost)))
  .check(z.minLength(1), z.maxLength(100));

const cluster = /^(?:\d{12}\/)?cluster-[2-7a-zA-Z]{11,16}=[^=]{1,32}$/;

/** Tokens as clusters: neither a cluster nor a token is there twice. */
const clusters = z.array(z.string().check(z.trim(), z.regex(cluster))).check(
  z.minLength(1),
  z.maxLength(100),
  z.refine((all) => isWithoutRepetition(all.map((each) => each.replace(/^.*\/|=.*$/g, "")))),
  z.refine((all) => isWithoutRepetition(all.map((each) => each.replace(/^.*=/, "")))),
);

/** What a value must look like, and the words for one that does not. */
export const settings = {
  port: {
    schema: z.pipe(
      z.pipe(textOrNumber, z.string().check(z.regex(/^\d{1,5}$/))),
      z.pipe(z.transform(Number), z.number().check(z.lte(65_535))),
    ),
    must: "be a port number from 0 to 65535",
  },
  host: {
    schema: text.check(z.maxLength(255), z.regex(/^[0-9A-Za-z.:_-]+$/)),
    must: "be an IP address or a host name",
  },
  "data-dir": { schema: text, must: "be a path" },
  "tls-cert": { schema: text, must: "be the path of a PEM file" },
  "tls-key": { schema: text, must: "be the path of a PEM file" },
  account: {
    // A number in a YAML file has lost its leading zeros.
    schema: z.string().check(z.regex(/^\d{12}$/)),
    must: "be an account number of 12 digits, in quotes in a YAML file",
  },
  regions: {
    schema: z.pipe(textOrList, regions),
    must: "be Region names like us-east-1,eu-west-1, each one once",
  },
  "attestation-root": { schema: text, must: "be the path of a PEM file" },
  "request-quotas": {
    // YAML has a type for it; a command line and an environment give text.
    schema: z.pipe(
      z.union([z.boolean(), z.enum(["on", "off", "true", "false"])]),
      z.transform((value) => value === true || value === "on" || value === "true"),
    ),
    must: "be on or off",
  },
  "connections-per-address": { schema: countUpTo(4096), must: "be a number from 1 to 4096" },
  "large-bodies-per-address": { schema: countUpTo(128), must: "be a number from 1 to 128" },
  "xks-hosts": {
    schema: z.pipe(textOrList, proxyHosts),
    must: "be hosts like proxy.example,other.example=10.0.0.5:8443",
  },
  "xks-ca": { schema: text, must: "be the path of a PEM file" },
  "xks-timeout": {
    schema: z.pipe(
      z.pipe(textOrNumber, z.string().check(z.regex(/^\d{2,5}$/))),
      z.pipe(z.transform(Number), z.number().check(z.gte(50), z.lte(10_000))),
    ),
    must: "be from 50 to 10000 milliseconds",
  },
  "pkcs11-module": { schema: text, must: "be the path of a PKCS#11 module" },
  "pkcs11-clusters": {
    schema: z.pipe(textOrList, clusters),
    must:
      "be clusters like cluster-2345672abcd=label,444455556666/cluster-3456723bcde=other label, " +
      "each cluster and each label once",
  },
  "log-level": {
    schema: z.enum(["debug", "info", "warn", "error", "silent"]),
    must: "be debug, info, warn, error or silent",
  },
} as const;

function isWithoutRepetition(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}
