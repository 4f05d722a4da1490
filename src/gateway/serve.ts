/**
 * A door: what every listener does with its connections and requests, whether they come
 * by TCP or by the admin socket.
 */
import { randomUUID } from "node:crypto";
import type { Server, ServerOptions, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../lib/clock.ts";
import { contentType, encodeError } from "../protocol/aws-json.ts";
import { ServiceError } from "../service/service-error.ts";
import { answerRequest } from "./answer-request.ts";
import type { House } from "./house.ts";
import { BufferedRequest } from "./buffered-request.ts";
import { refuseBrokenRequest } from "./broken-request.ts";
import { openConnection } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { limits } from "./limits.ts";
import { Places, type PlacesLimits } from "./places.ts";
import { malformedRequest, tooManyRequests } from "./refusals.ts";
import { respond } from "./respond.ts";
import type { Sending } from "./respond.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** What Node is to enforce before a request reaches us. */
export const serverOptions: ServerOptions<typeof BufferedRequest> = {
  IncomingMessage: BufferedRequest,
  maxHeaderSize: limits.headerBytes,
  headersTimeout: limits.headerTimeoutMs,
  requestTimeout: limits.requestTimeoutMs,
  // A timer for each socket, moved with each request, costs more than a look at all of them
  // now and then: the sweep closes those that are idle.
  keepAliveTimeout: 0,
  connectionsCheckingInterval: limits.sweepMs,
  // Otherwise Node keeps the first of two fields and hides the second.
  joinDuplicateHeaders: true,
  noDelay: true,
};

export type HttpServer = Server<typeof BufferedRequest>;

export interface Door {
  readonly house: House;
  readonly clock: Clock;
  readonly limits: PlacesLimits;
  /** Emitted by the server when a connection is ready to be used. */
  readonly readyEvent: "connection" | "secureConnection";
}

export interface Serving {
  /** Accepts nothing new, lets requests finish for a while, then closes every connection. */
  drain(): Promise<void>;
}

/** Starts answering a server's requests. */
export function serve(server: HttpServer, door: Door): Serving {
  const serving = new ServingDoor(server, door);
  serving.start();
  return serving;
}

class ServingDoor implements Serving {
  readonly #server: HttpServer;
  readonly #door: Door;
  readonly #connections = new Map<Socket, Connection>();
  readonly #places: Places;
  #inFlight = 0;
  #draining = false;

  constructor(server: HttpServer, door: Door) {
    this.#server = server;
    this.#door = door;
    this.#places = new Places(door.limits);
  }

  start(): void {
    const server = this.#server;
    server.on("connection", (socket: Socket) => {
      if (!this.#places.admit(socket, performance.now())) socket.destroy();
    });
    // Node hides fields beyond the maximum: one more is let in, so that it can be refused.
    server.maxHeadersCount = limits.headerFields + 1;
    server.on(this.#door.readyEvent, (socket: Socket) => this.#connectionOf(socket));
    server.on("request", (request, response) => this.#take(request, response, false));
    server.on("checkContinue", (request, response) => this.#take(request, response, true));
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      refuseBrokenRequest(error.code, socket as Socket, this.#connections.get(socket as Socket));
    });
    const sweep = setInterval(() => this.#sweep(), limits.sweepMs).unref();
    server.once("close", () => clearInterval(sweep));
  }

  async drain(): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const { socket, used } of this.#connections.values()) if (!used) socket.destroy();
    const deadline = setTimeout(() => this.#destroyConnections(), limits.drainMs);
    await closed;
    clearTimeout(deadline);
  }

  #destroyConnections(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
    this.#server.closeAllConnections();
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = openConnection(socket, (address) => this.#places.bodyBudget(address));
    this.#connections.set(socket, connection);
    this.#places.seat(connection);
    socket.once("close", () => this.#connections.delete(socket));
    return connection;
  }

  /** One look a second at every body that is still coming, and at who is idle. */
  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.#connections.values()) {
      connection.reading?.refuseWhenSlow(nowMs);
      connection.quietSweeps += 1;
      if (connection.quietSweeps * limits.sweepMs > limits.keepAliveMs) connection.socket.destroy();
    }
  }

  #take(request: BufferedRequest, response: ServerResponse, expectsContinue: boolean): void {
    const receivedAtMs = this.#door.clock();
    const connection = this.#connectionOf(request.socket);
    if (connection.closing) return;
    connection.used = true;
    connection.quietSweeps = 0;
    connection.reading = request;
    request.receiveBody(connection.bodyBudget, performance.now(), (body) => {
      connection.reading = undefined;
      if (body instanceof ServiceError) this.#refuse(response, body, connection);
      else
        this.#answer(
          wireRequest(request, { receivedAtMs, connection, body }),
          response,
          connection,
        );
    });
    if (expectsContinue && !connection.closing) response.writeContinue();
  }

  #answer(request: WireRequest, response: ServerResponse, connection: Connection): void {
    if (request.rawHeaders.length > limits.headerFields * 2) {
      this.#refuse(response, malformedRequest(431), connection);
      return;
    }
    if (this.#inFlight >= limits.requestsInFlight) {
      sendRefusal(response, tooManyRequests(), connection);
      return;
    }
    this.#inFlight += 1;
    connection.answering += 1;
    void answerRequest(request, this.#door.house).then((answer) =>
      this.#finish(answer, response, { requestId: request.requestId, connection }),
    );
  }

  #finish(answer: WireResponse, response: ServerResponse, sending: Sending): void {
    const { connection } = sending;
    this.#inFlight -= 1;
    connection.answering -= 1;
    connection.quietSweeps = 0;
    connection.closing ||= this.#draining;
    respond(response, answer, sending);
  }

  /** Refuses at the door; what else comes on this connection is not looked at. */
  #refuse(response: ServerResponse, refusal: ServiceError, connection: Connection): void {
    connection.closing = true;
    sendRefusal(response, refusal, connection);
  }
}

function sendRefusal(
  response: ServerResponse,
  refusal: ServiceError,
  connection: Connection,
): void {
  const answer = { status: refusal.status, body: encodeError(refusal), contentType };
  respond(response, answer, { requestId: randomUUID(), connection });
}

function wireRequest(
  request: BufferedRequest,
  from: { receivedAtMs: number; connection: Connection; body: Buffer },
): WireRequest {
  return {
    requestId: randomUUID(),
    receivedAtMs: from.receivedAtMs,
    method: request.method ?? "",
    target: request.url ?? "",
    headers: request.wireHeaders,
    rawHeaders: request.rawHeaders,
    body: from.body,
    sourceIp: from.connection.sourceIp,
    tls: from.connection.tls,
  };
}
