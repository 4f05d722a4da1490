/** The client of XKS proxies, as an operator has set it up. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock } from "../lib/clock.ts";
import { pemCertificates } from "../lib/pem.ts";
import type { SecretAccessKeys } from "../service/secret-access-keys.ts";
import { parseNamedHost } from "./destinations.ts";
import { type XksClient, xksClient } from "./xks-client.ts";

export interface XksSettings {
  readonly hosts?: readonly string[];
  readonly caPath?: string;
  readonly timeoutMs?: number;
}

/** Rejects with an error whose message tells an operator what to do. */
export async function openXks(
  { hosts = [], caPath, timeoutMs }: XksSettings,
  parts: { readonly secretAccessKeys: SecretAccessKeys; readonly clock: Clock },
): Promise<XksClient> {
  return xksClient({
    ...parts,
    hosts: hosts.map(requireNamedHost),
    ca: caPath === undefined ? undefined : await readAuthorities(caPath),
    timeoutMs,
  });
}

function requireNamedHost(text: string) {
  const named = parseNamedHost(text);
  if (named !== undefined) return named;
  throw new Error(`xks-hosts: ${text} is not host, host=address or host=address:port`);
}

async function readAuthorities(path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    const certificates = pemCertificates(text);
    // Node takes what it cannot parse for no certificate at all, and says nothing.
    for (const certificate of certificates) void new X509Certificate(certificate);
    if (certificates.length > 0) return text;
  } catch (cause) {
    throw new Error(`cannot read the certificates in ${path}: check that they are PEM`, { cause });
  }
  throw new Error(`there is no certificate in ${path}: xks-ca needs a PEM file`);
}
