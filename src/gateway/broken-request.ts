/** Bytes that Node's parser cannot read as a request, or that did not come in time. */
import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { ServiceError } from "../service/service-error.ts";
import type { Connection } from "./connection.ts";
import { bodyTooLarge, malformedRequest, requestTimeout } from "./refusals.ts";
import { refuseConnection } from "./respond.ts";

/**
 * Refuses what cannot be read and closes the connection. While an earlier request of
 * the connection is being answered nothing is sent, or the refusal would pass for its answer.
 */
export function refuseBrokenRequest(
  errorCode: string | undefined,
  socket: Socket,
  connection: Connection | undefined,
): void {
  const answering = connection !== undefined && connection.answering > 0;
  if (answering || !socket.writable || errorCode === "ECONNRESET") {
    socket.destroy();
    return;
  }
  refuseConnection(socket, refusalOf(errorCode), randomUUID());
}

/** Node's names for what its parser met, on the page "Errors" of its documentation. */
function refusalOf(errorCode: string | undefined): ServiceError {
  if (errorCode === "ERR_HTTP_REQUEST_TIMEOUT") return requestTimeout();
  if (errorCode === "HPE_HEADER_OVERFLOW") return malformedRequest(431);
  if (errorCode === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return bodyTooLarge();
  return malformedRequest();
}
