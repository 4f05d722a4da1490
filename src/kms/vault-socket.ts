import { Socket, type SocketConstructorOpts } from "node:net";
import { intoOwnBuffer } from "../vault-protocol/own-buffer.ts";

/** Where Node keeps the connection of a socket; it has no public name. */
const connection = "_handle";

interface Connected {
  [connection]: SocketConstructorOpts["handle"] | null;
}

/**
 * The same connection, read into memory that is wiped. Node makes the socket that comes
 * from another process, and reads it into memory of its own; so the connection is moved to
 * a new one. Nothing may have been read from the old one, and it is of no more use. A
 * socket that has closed already is given back as it is.
 */
export function movedToOwnBuffer(socket: Socket): Socket {
  if (socket.destroyed) return socket;
  const old = socket as unknown as Connected;
  const handle = old[connection];
  // A Node that keeps its connections elsewhere would leave data keys in memory.
  const isHere = typeof handle === "object" && handle !== null && "useUserBuffer" in handle;
  if (!isHere) throw new Error("the vault's socket has no connection to move");
  old[connection] = null;
  const onread = intoOwnBuffer((chunk) => own.emit("data", chunk));
  const own: Socket = new Socket({ handle, readable: true, writable: true, onread });
  return own;
}
