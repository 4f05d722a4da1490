/**
 * A gateway with nothing behind it: a service that only remembers what it was asked, one
 * access key, and a client that writes whatever bytes it is told to.
 */
import { createHash, createHmac } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { openGateway } from "../../src/gateway/open-gateway.ts";
import type { GatewayOptions } from "../../src/gateway/open-gateway.ts";
import type { AccessKeys } from "../../src/service/access-keys.ts";
import { SigningKey } from "../../src/service/signing-key.ts";
import type { Answer, Authenticated, Call, Service } from "../../src/service/service.ts";

const account = "111122223333";
const accessKeyId = "AKIDEXAMPLE";
const secretAccessKey = "secret of the bench";
const region = "eu-west-1";
const blobs = new Set(["Plaintext"]);

const operations = ["Encrypt", "Decrypt", "GenerateRandom", "Fail"];

export interface StubService extends Service {
  readonly calls: { call: Call; by: Authenticated }[];
  readonly refused: { operation: string; error: Error }[];
  /** What Encrypt and Decrypt answer; Decrypt's answer is sensitive. */
  answers: (call: Call) => Promise<Answer>;
}

export function stubService(targetPrefix = "TrentService", signingName = "kms"): StubService {
  const service: StubService = {
    signingName,
    targetPrefix,
    calls: [],
    refused: [],
    answers: async ({ operation }) => ({
      output: { Operation: operation },
      sensitive: operation === "Decrypt",
    }),
    blobMembers: (operation) => (operations.includes(operation) ? blobs : undefined),
    answer: async (call, by) => {
      service.calls.push({ call, by });
      if (call.operation === "Fail") throw new Error("/etc/keyhaven: a secret detail");
      return await service.answers(call);
    },
    refuse: async (operation, error) => {
      service.refused.push({ operation, error });
      return error;
    },
  };
  return service;
}

const accessKeys: AccessKeys = {
  findSigningCredential: async (scope) => {
    if (scope.accessKeyId !== accessKeyId) return undefined;
    const caller = {
      type: "Root",
      accountId: account,
      arn: `arn:aws:iam::${account}:root`,
      principalId: account,
      accessKeyId,
    } as const;
    const key = signingKey(scope.date, scope.region, scope.service);
    return { caller, signingKey: new SigningKey(key) };
  },
};

export async function openBench(options: Partial<GatewayOptions> = {}) {
  const service = stubService();
  const admin = stubService("KeyhavenAdmin", "keyhaven-admin");
  const logged: { facts: object; message: string }[] = [];
  const log = (facts: object, message: string) => void logged.push({ facts, message });
  const gateway = await openGateway({
    services: [service],
    queryServices: [],
    adminServices: [admin],
    accessKeys,
    regions: [region],
    clock: Date.now,
    log: { error: log, warn: log },
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  const { port, host } = new URL(gateway.url);
  return { ...gateway, service, admin, logged, host, port: Number(port) };
}

const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function signingKey(date: string, scopeRegion: string, serviceName: string): Buffer {
  const dated = hmac(`AWS4${secretAccessKey}`, date);
  return hmac(hmac(hmac(dated, scopeRegion), serviceName), "aws4_request");
}

export interface RequestParts {
  readonly operation?: string;
  readonly body?: string;
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The headers of a request that is signed as it should be, without Content-Length. */
export function signedHeaders(parts: RequestParts): Record<string, string> {
  const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    host: parts.host,
    ...parts.headers,
    "x-amz-date": now,
    "x-amz-target": `TrentService.${parts.operation ?? "Encrypt"}`,
  };
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const canonical = ["POST", "/", "", lines, names.join(";"), sha256(parts.body ?? "{}")];
  const scope = `${now.slice(0, 8)}/${region}/kms/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${now}\n${scope}\n${sha256(canonical.join("\n"))}`;
  const signature = hmac(signingKey(now.slice(0, 8), region, "kms"), toSign).toString("hex");
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, ` +
    `SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** A request as bytes; every byte stands for itself. */
export function requestText(headers: Readonly<Record<string, string>>, body = "{}"): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST / HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

export function signedRequest(parts: RequestParts): string {
  const body = parts.body ?? "{}";
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return requestText({ ...signedHeaders(parts), ...length }, body);
}

/**
 * Writes bytes, and resolves to all that came back when the connection was closed, or
 * when nothing has come for a while.
 */
export async function exchange(
  to: { port: number } | { path: string },
  text: string | readonly string[],
  { quietMs = 300, silentMs = 5000 } = {},
): Promise<string> {
  const socket = connect("port" in to ? { ...to, host: "127.0.0.1" } : to);
  const pieces = typeof text === "string" ? [text] : text;
  void writeAll(socket, pieces);
  return await readAll(socket, quietMs, silentMs);
}

async function writeAll(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece, "latin1");
    if (pieces.length > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function readAll(socket: Socket, quietMs: number, silentMs: number): Promise<string> {
  let received = "";
  await new Promise<void>((resolve) => {
    let timer = setTimeout(resolve, silentMs);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      received += chunk;
      clearTimeout(timer);
      timer = setTimeout(resolve, quietMs);
    });
    socket.on("error", () => resolve());
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.destroy();
  return received;
}

/** The statuses of all responses in what came back. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
