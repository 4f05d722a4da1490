/**
 * One keep-alive connection of a client that costs little: it writes requests that are
 * bytes already and reads no more of an answer than its status, length and body.
 */
import { connect } from "node:net";

const endOfHead = "\r\n\r\n";
const readBytes = 16 * 1024;
const longestAnswerBytes = 1024 * 1024;

export class Connection {
  #socket;
  #onAnswer;
  #onError;
  #partial;

  /**
   * Resolves when connected. `onAnswer(connection, status, body)` is called for each
   * answer; the body is a view that is valid during the call only. `onError(error)` is
   * called when the connection breaks before close().
   */
  static open(port, { onAnswer, onError }) {
    const connection = new Connection();
    connection.#onAnswer = onAnswer;
    connection.#onError = onError;
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: "127.0.0.1",
        port,
        noDelay: true,
        onread: {
          buffer: Buffer.allocUnsafeSlow(readBytes),
          callback: (length, buffer) => connection.#read(buffer.subarray(0, length)),
        },
      });
      connection.#socket = socket;
      socket.once("connect", () => resolve(connection));
      socket.on("error", (error) => {
        reject(error);
        connection.#fail(error);
      });
      socket.on("close", () => connection.#fail(new Error("the server closed the connection")));
    });
  }

  /** Sends one request. The answer to the one before must have come. */
  send(request) {
    this.#socket.write(request);
  }

  close() {
    this.#onError = undefined;
    this.#socket.destroy();
  }

  #read(chunk) {
    const bytes = this.#partial === undefined ? chunk : Buffer.concat([this.#partial, chunk]);
    const answer = parseAnswer(bytes);
    if (answer === undefined) {
      if (bytes.length > longestAnswerBytes) this.#fail(new Error("an answer is too long"));
      else this.#partial = this.#partial === undefined ? Buffer.from(bytes) : bytes;
      return true;
    }
    this.#partial = undefined;
    this.#onAnswer(this, answer.status, answer.body);
    return true;
  }

  #fail(error) {
    const tell = this.#onError;
    this.close();
    tell?.(error);
  }
}

/** Returns nothing while a part of the answer is missing. */
function parseAnswer(bytes) {
  const headBytes = bytes.indexOf(endOfHead, 0, "latin1");
  if (headBytes === -1) return undefined;
  const head = bytes.latin1Slice(0, headBytes);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error("an answer has no Content-Length");
  const start = headBytes + endOfHead.length;
  const end = start + Number(length);
  if (bytes.length < end) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(start, end) };
}
