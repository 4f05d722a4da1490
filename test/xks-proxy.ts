/**
 * An XKS proxy for tests, written to the published proxy API (version 1), with an external
 * key manager in memory behind it: HTTPS, verified signatures, AES-256-GCM. It can be told
 * to fail, to be slow and to lie.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CreateCustomKeyStoreRequest } from "@aws-sdk/client-kms";
import type { XksConfig } from "../src/launcher/server-config.ts";
import { certificates } from "./fuzz/test-certificates.ts";
import { signingKey } from "./signing-key.ts";

/** The paths it serves, as a proxy for two tenants would. */
export const uriPath = "/test/kms/xks/v1";
export const otherPath = "/other/kms/xks/v1";

// oxlint-disable-next-line typescript/consistent-type-definitions
export type Credential = {
  readonly AccessKeyId: string;
  readonly RawSecretAccessKey: string;
};

export const credential: Credential = {
  AccessKeyId: "BETWEENTWENTYANDTHIRTYCH",
  RawSecretAccessKey: "notASecret/notASecret+notASecret=notASecret0",
};

/** What CreateCustomKeyStore is sent for a key store behind a proxy. */
export function settingsFor({ endpoint }: Pick<XksProxyForTests, "endpoint">) {
  return {
    CustomKeyStoreName: "outside",
    CustomKeyStoreType: "EXTERNAL_KEY_STORE",
    XksProxyUriEndpoint: endpoint,
    XksProxyUriPath: uriPath,
    XksProxyAuthenticationCredential: credential,
    XksProxyConnectivity: "PUBLIC_ENDPOINT",
  } as const satisfies CreateCustomKeyStoreRequest;
}

type Json = Readonly<Record<string, unknown>>;

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Json;
}

/** What comes instead of the right answer. */
export interface Interference {
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** As it is sent; an object as JSON. */
  readonly body?: string | Buffer | Json;
  /** Some members of the right answer are others. */
  readonly members?: Json;
  /** The connection is closed without a response. */
  readonly hangUp?: boolean;
}

export interface XksProxyForTests {
  /** How a server is to be told of this proxy. */
  readonly config: XksConfig;
  readonly endpoint: string;
  readonly port: number;
  readonly requests: readonly ReceivedRequest[];
  /** Connections that were made to it so far. */
  readonly connections: number;
  credential: Credential;
  /** Of every request from now on, or of those to paths that end so. */
  interfere(how: Interference | undefined, pathEnd?: string): void;
  /** Puts a key into the key manager; others replace what an AES-256 key has. */
  addKey(name: string, metadata?: Json): void;
  dropConnections(): void;
  stop(): Promise<void>;
}

interface HeldKey {
  readonly material: Buffer;
  readonly metadata: Json;
}

const healthy: Json = {
  xksProxyFleetSize: 1,
  xksProxyVendor: "Keyhaven tests",
  xksProxyModel: "In memory",
  ekmVendor: "Keyhaven tests",
  ekmFleetDetails: [{ id: "ekm-1", model: "In memory", healthStatus: "ACTIVE" }],
};

export async function startXksProxy(timeoutMs = 5_000): Promise<XksProxyForTests> {
  const [{ cert, key }] = certificates;
  const directory = mkdtempSync(join(tmpdir(), "keyhaven-xks-"));
  const caPath = join(directory, "ca.pem");
  writeFileSync(caPath, cert);
  const keys = new Map<string, HeldKey>();
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const state = { credential, connections: 0 };
  let interference: { how: Interference; pathEnd: string } | undefined;

  const server = createServer({ cert, key }, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on("secureConnection", (socket) => {
    state.connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const path = request.url ?? "";
    requests.push({ path, headers: request.headers, body: JSON.parse(body) as Json });
    const how =
      interference !== undefined && path.endsWith(interference.pathEnd) ? interference.how : {};
    if (how.delayMs !== undefined) await delay(how.delayMs);
    if (how.hangUp === true) {
      request.socket.destroy();
      return;
    }
    const right = answerTo(request, body);
    const status = how.status ?? right.status;
    const sent = how.body ?? { ...right.members, ...how.members };
    const bytes =
      typeof sent === "string" || Buffer.isBuffer(sent) ? sent : Buffer.from(JSON.stringify(sent));
    response.writeHead(status, { "content-type": "application/json", ...how.headers });
    response.end(bytes);
  }

  function answerTo(request: IncomingMessage, body: string): Answer {
    if (!isSigned(request, body, state.credential)) {
      return refusal(401, "AuthenticationFailedException");
    }
    const url = request.url ?? "";
    const prefix = [uriPath, otherPath].find((served) => url.startsWith(`${served}/`));
    if (prefix === undefined) return refusal(404, "InvalidUriPathException");
    const members = JSON.parse(body) as Json;
    const [what, name = "", action] = url.slice(prefix.length + 1).split("/");
    if (what === "health") return { status: 200, members: healthy };
    const held = keys.get(name);
    if (held === undefined) return refusal(404, "KeyNotFoundException");
    if (action === "metadata") return { status: 200, members: held.metadata };
    if (held.metadata["keyStatus"] !== "ENABLED") return refusal(400, "InvalidStateException");
    if (action === "encrypt") return { status: 200, members: encrypt(held, members) };
    return action === "decrypt" ? decrypt(held, members) : refusal(404, "InvalidUriPathException");
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: { hosts: [`localhost=127.0.0.1:${port}`], caPath, timeoutMs },
    endpoint: "https://localhost",
    port,
    requests,
    get connections() {
      return state.connections;
    },
    get credential() {
      return state.credential;
    },
    set credential(changed) {
      state.credential = changed;
    },
    interfere(how, pathEnd = "") {
      interference = how === undefined ? undefined : { how, pathEnd };
    },
    addKey(name, metadata = {}) {
      const usual = { keySpec: "AES_256", keyUsage: ["ENCRYPT", "DECRYPT"], keyStatus: "ENABLED" };
      const material = keys.get(name)?.material ?? randomBytes(32);
      keys.set(name, { material, metadata: { ...usual, ...metadata } });
    },
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly members: Json;
}

function refusal(status: number, errorName: string): Answer {
  return { status, members: { errorName, errorMessage: "as a test wants it" } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** AWS Signature Version 4, from the specification: what a proxy has to verify. */
function isSigned(request: IncomingMessage, body: string, { AccessKeyId, ...secret }: Credential) {
  const { authorization = "" } = request.headers;
  const parsed =
    /^AWS4-HMAC-SHA256 Credential=([A-Z2-7]+)\/(\d{8})\/([a-z0-9-]+)\/kms-xks-proxy\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  const [, accessKeyId, date = "", region = "", names = "", signature = ""] = parsed ?? [];
  if (accessKeyId !== AccessKeyId || request.method !== "POST") return false;
  if (!["host", "x-amz-date"].every((name) => names.split(";").includes(name))) return false;
  const headers = names
    .split(";")
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
    .join("");
  const canonical = ["POST", request.url, "", headers, names, sha256(body)].join("\n");
  const stamp = String(request.headers["x-amz-date"]);
  if (!stamp.startsWith(date)) return false;
  const scope = `${date}/${region}/kms-xks-proxy/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
  const key = signingKey(secret.RawSecretAccessKey, [date, region, "kms-xks-proxy"]);
  return timingSafeEqual(
    createHmac("sha256", key).update(toSign).digest(),
    Buffer.from(signature, "hex"),
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The metadata stands for the version of the key: it has to come back, and is authenticated. */
const version = Buffer.from("version 1");

function encrypt({ material }: HeldKey, members: Json): Json {
  const initializationVector = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", material, initializationVector);
  cipher.setAAD(Buffer.concat([bytesIn(members, "additionalAuthenticatedData"), version]));
  const ciphertext = Buffer.concat([cipher.update(bytesIn(members, "plaintext")), cipher.final()]);
  return {
    initializationVector: initializationVector.toString("base64"),
    authenticationTag: cipher.getAuthTag().toString("base64"),
    ciphertext: ciphertext.toString("base64"),
    ciphertextMetadata: version.toString("base64"),
  };
}

function decrypt({ material }: HeldKey, members: Json): Answer {
  try {
    const vector = bytesIn(members, "initializationVector");
    const decipher = createDecipheriv("aes-256-gcm", material, vector, { authTagLength: 16 });
    const metadata = bytesIn(members, "ciphertextMetadata");
    decipher.setAAD(Buffer.concat([bytesIn(members, "additionalAuthenticatedData"), metadata]));
    decipher.setAuthTag(bytesIn(members, "authenticationTag"));
    const ciphertext = bytesIn(members, "ciphertext");
    const plaintext = Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    return { status: 200, members: { plaintext: plaintext.toString("base64") } };
  } catch {
    return refusal(400, "InvalidCiphertextException");
  }
}

function bytesIn(members: Json, name: string): Buffer {
  const value = members[name];
  return typeof value === "string" ? Buffer.from(value, "base64") : Buffer.alloc(0);
}
