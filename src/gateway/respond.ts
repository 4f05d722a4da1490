/** Answers on their way out. */
import type { ServerResponse } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { wipe } from "../lib/wipe.ts";
import { contentType, encodeError } from "../protocol/aws-json.ts";
import type { ServiceError } from "../service/service-error.ts";
import type { Connection } from "./connection.ts";
import { limits } from "./limits.ts";
import type { WireResponse } from "./wire.ts";

/** Clients that heed it do not send a request into a connection that is just being closed. */
const keepAlive = `timeout=${limits.keepAliveMs / 1000}`;

export interface Sending {
  readonly requestId: string;
  readonly connection: Connection;
}

/** Sends an answer. Secret bytes are wiped when they have left, or never will. */
export function respond(response: ServerResponse, answer: WireResponse, sending: Sending): void {
  const { body } = answer;
  if (typeof body !== "string") {
    respondWithSecret(
      response,
      answer.status,
      body,
      headersOf(response, answer, body.length, sending),
      sending,
    );
    return;
  }
  const lengthBytes = Buffer.byteLength(body);
  response.writeHead(answer.status, headersOf(response, answer, lengthBytes, sending));
  // A string leaves in one write together with the header; latin1 needs no transcoding.
  response.end(body, lengthBytes === body.length ? "latin1" : "utf8");
}

function respondWithSecret(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: string[],
  { connection }: Sending,
): void {
  if (connection.socket.destroyed) {
    wipe(body);
    return;
  }
  connection.unsent.add(body);
  response.writeHead(status, headers);
  response.end(body, () => {
    wipe(body);
    connection.unsent.delete(body);
  });
}

function headersOf(
  response: ServerResponse,
  answer: WireResponse,
  lengthBytes: number,
  sending: Sending,
): string[] {
  const headers = [
    "x-amzn-RequestId",
    sending.requestId,
    "Content-Type",
    answer.contentType,
    "Content-Length",
    String(lengthBytes),
    "Cache-Control",
    "no-cache, no-store, must-revalidate, private",
    "Expires",
    "0",
    "Pragma",
    "no-cache",
  ];
  if (sending.connection.closing) headers.push("Connection", "close");
  else if (response.shouldKeepAlive) headers.push("Keep-Alive", keepAlive);
  return headers;
}

/** Answers on a connection whose bytes are not a request, and closes it. */
export function refuseConnection(socket: Socket, refusal: ServiceError, requestId: string): void {
  const body = encodeError(refusal);
  const reason = STATUS_CODES[refusal.status] ?? "Error";
  const lines = [
    `HTTP/1.1 ${refusal.status} ${reason}`,
    `Date: ${new Date().toUTCString()}`,
    `x-amzn-RequestId: ${requestId}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
