/**
 * One request to a proxy and its response, or why there is none: within a budget of time,
 * over TLS that is verified, to where the operator lets it go, and nowhere else.
 */
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { createSecureContext, rootCertificates } from "node:tls";
import type { XksFailed, XksFailure } from "../service/external-keys.ts";
import type { ProxyResponse } from "./answers.ts";
import { type Destination, destinationsOf, type NamedHost } from "./destinations.ts";

export interface SenderOptions {
  /** Hosts that an operator has named. */
  readonly hosts: readonly NamedHost[];
  /** Certificate authorities besides the public ones, PEM. */
  readonly ca: string | undefined;
  /** How long a proxy may take, from connecting to the last byte of its response. */
  readonly timeoutMs: number;
}

export interface OutgoingRequest {
  /** The account whose key store it is for. */
  readonly owner: string;
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A response to the largest request is a third of this. */
const maxResponseBytes = 32_768;
const maxSocketsPerHost = 64;
const maxSocketsInAll = 512;
/** More could not be served in time, so they need not wait for it either. */
const maxInFlightPerHost = 1_024;
/** Half of the connections, so that no account takes the proxies of all others away. */
const maxInFlightPerOwner = maxSocketsInAll / 2;
const idleSocketMs = 30_000;
const maxAttempts = 3;

type Response = ProxyResponse | XksFailed;

/** Sends requests to proxies, over connections that are kept. */
export class Sender {
  readonly #timeoutMs: number;
  readonly #agent: Agent;
  readonly #destinationOf: (host: string) => Destination | undefined;
  readonly #inFlight = new Map<string, number>();

  constructor({ hosts, ca, timeoutMs }: SenderOptions) {
    this.#timeoutMs = timeoutMs;
    this.#destinationOf = destinationsOf(hosts);
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: maxSocketsPerHost,
      maxTotalSockets: maxSocketsInAll,
      maxFreeSockets: 8,
      scheduling: "lifo",
      timeout: idleSocketMs,
      // Read once: for each connection anew it would take longer than the handshake.
      secureContext: createSecureContext({
        minVersion: "TLSv1.2",
        ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
      }),
    });
  }

  /** The response, or why there is none. Never rejects. */
  async send(outgoing: OutgoingRequest): Promise<Response> {
    const destination = this.#destinationOf(outgoing.host);
    if (destination === undefined) return { failed: "unreachable" };
    const host = `host ${outgoing.host}`;
    const owner = `owner ${outgoing.owner}`;
    if (!this.#hasRoom(host, maxInFlightPerHost) || !this.#hasRoom(owner, maxInFlightPerOwner)) {
      return { failed: "timed-out" };
    }
    this.#enter(host);
    this.#enter(owner);
    try {
      return await this.#sendInTime(outgoing, optionsFor(outgoing, destination, this.#agent));
    } finally {
      this.#leave(host);
      this.#leave(owner);
    }
  }

  /** Closes the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #hasRoom(name: string, max: number): boolean {
    return (this.#inFlight.get(name) ?? 0) < max;
  }

  #enter(name: string): void {
    this.#inFlight.set(name, (this.#inFlight.get(name) ?? 0) + 1);
  }

  #leave(name: string): void {
    const others = (this.#inFlight.get(name) ?? 1) - 1;
    if (others === 0) this.#inFlight.delete(name);
    else this.#inFlight.set(name, others);
  }

  async #sendInTime({ body }: OutgoingRequest, options: RequestOptions): Promise<Response> {
    const { promise, resolve } = Promise.withResolvers<Response>();
    let request: ClientRequest;
    const attempt = (attemptsLeft: number): void => {
      request = httpsRequest(options);
      request.once("response", (response) => collect(response, resolve));
      request.on("error", (error) => {
        const isOver = attemptsLeft === 0 || !isStale(request, error);
        if (isOver) resolve({ failed: failureOf(error) });
        else attempt(attemptsLeft - 1);
      });
      request.end(body);
    };
    const deadline = setTimeout(() => {
      resolve({ failed: "timed-out" });
      request.destroy(new TimedOut());
    }, this.#timeoutMs);
    attempt(maxAttempts - 1);
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
    }
  }
}

class TimedOut extends Error {}

/** The proxy may close a connection that was kept just when it is used again. */
function isStale(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && codeOf(error) === "ECONNRESET";
}

function optionsFor(
  { host, path, headers, body }: OutgoingRequest,
  { address, port, lookup }: Destination,
  agent: Agent,
): RequestOptions {
  return {
    agent,
    method: "POST",
    path,
    host: address,
    port,
    lookup,
    // The certificate has to be for the name in the endpoint, whatever we connect to.
    servername: host,
    rejectUnauthorized: true,
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
  };
}

/** The body, up to its limit. A connection that ends before the body does gives no response. */
function collect(response: IncomingMessage, resolve: (response: Response) => void): void {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxResponseBytes) {
      chunks.push(chunk);
      return;
    }
    resolve({ failed: "uninterpretable" });
    response.destroy();
  });
  response.on("error", () => resolve({ failed: "unreachable" }));
  response.once("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    resolve({ status: response.statusCode ?? 0, body });
  });
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** OpenSSL's errors, Node's own on certificates, and the names of X.509 verification results. */
const tlsCode =
  /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|PATH_LENGTH_|HOSTNAME_|ERROR_IN_CERT_)/;

function failureOf(error: Error): XksFailure {
  const code = codeOf(error);
  if (tlsCode.test(code)) return "tls";
  // Node's HTTP parser: the other side does not speak HTTP.
  return code.startsWith("HPE_") ? "uninterpretable" : "unreachable";
}
