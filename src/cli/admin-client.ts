/** Speaks to the server on this machine through the Unix socket in its data directory. */
import { closeSync, openSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { errorCode } from "../lib/error-code.ts";
import { CommandFailure } from "./failure.ts";

/** A JSON object as the server answers it. */
export type JsonObject = Readonly<Record<string, unknown>>;

const answerLimitBytes = 4 * 1024 * 1024;
const timeoutMs = 30_000;
/** sun_path of unix(7) and unix(4) less its end mark: 107 bytes on Linux, 103 on macOS. */
const longestSocketPath = process.platform === "linux" ? 107 : 103;

/**
 * Asks the server of a data directory one thing. Throws CommandFailure when no server
 * runs there, when we may not speak to it, or with its own words when it refuses.
 */
export async function callAdmin(
  dataDirectory: string,
  operation: string,
  input: JsonObject,
): Promise<JsonObject> {
  const directory = path.resolve(dataDirectory);
  const door = openDoor(path.join(directory, "admin.sock"));
  try {
    const { status, body } = await post(door.socketPath, operation, JSON.stringify(input));
    return readAnswer(status, body);
  } catch (error) {
    throw explain(error, directory);
  } finally {
    door.close();
  }
}

interface Door {
  readonly socketPath: string;
  close(): void;
}

/** A socket's address is short; a longer path is reached through an open directory. */
function openDoor(socketPath: string): Door {
  if (Buffer.byteLength(socketPath) <= longestSocketPath) {
    return { socketPath, close: () => undefined };
  }
  if (process.platform !== "linux") {
    throw new CommandFailure(`The path ${socketPath} is too long for a socket on this system.`);
  }
  const descriptor = openDirectory(path.dirname(socketPath));
  return {
    socketPath: `/proc/self/fd/${descriptor}/${path.basename(socketPath)}`,
    close: () => closeSync(descriptor),
  };
}

function openDirectory(directory: string): number {
  try {
    return openSync(directory, "r");
  } catch (error) {
    throw explain(error, directory);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function post(socketPath: string, operation: string, body: string): Promise<Answer> {
  return await new Promise<Answer>((resolve, reject) => {
    const request = http.request({
      socketPath,
      method: "POST",
      path: "/",
      timeout: timeoutMs,
      agent: false,
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "Content-Length": Buffer.byteLength(body),
        "X-Amz-Target": `KeyhavenAdmin.${operation}`,
      },
    });
    request.on("timeout", () =>
      request.destroy(new CommandFailure("The server does not answer; nothing came for 30 s.")),
    );
    request.on("error", reject);
    request.on("response", (response) => {
      collect(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, body: text }),
        reject,
      );
    });
    request.end(body);
  });
}

async function collect(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    lengthBytes += chunk.length;
    if (lengthBytes > answerLimitBytes)
      throw new CommandFailure("The server's answer is too long.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readAnswer(status: number, body: string): JsonObject {
  const answer = body === "" ? {} : parseObject(body);
  if (status === 200) return answer;
  const { __type: type, message } = answer;
  const code = typeof type === "string" ? type : `HTTP status ${status}`;
  throw new CommandFailure(typeof message === "string" ? `${code}: ${message}` : code);
}

function parseObject(body: string): JsonObject {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return value as JsonObject;
  } catch {
    // Told below, without the body: it may hold what is nobody's business.
  }
  throw new CommandFailure("The server's answer is not JSON. Is it of the same version?");
}

function explain(error: unknown, directory: string): unknown {
  if (error instanceof CommandFailure) return error;
  switch (errorCode(error)) {
    case "ENOENT":
    case "ECONNREFUSED":
    case "ENOTDIR":
      return new CommandFailure(
        `No Keyhaven server runs on ${directory}. Start it first, or name another ` +
          "data directory with --data-dir.",
        { cause: error },
      );
    case "EACCES":
    case "EPERM":
      return new CommandFailure(
        `Not allowed to use ${directory}. Run this as the user who runs the server.`,
        { cause: error },
      );
    case undefined:
    default:
      return error;
  }
}
