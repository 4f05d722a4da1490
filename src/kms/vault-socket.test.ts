import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { movedToOwnBuffer } from "./vault-socket.ts";

const directory = mkdtempSync(path.join(tmpdir(), "keyhaven-socket-"));
const server = createServer();
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

/** Two ends of a connection, of the kind that processes are born with. */
async function connection(): Promise<{ ours: Socket; theirs: Socket }> {
  if (!server.listening) {
    server.listen(path.join(directory, "socket"));
    await once(server, "listening");
  }
  const ours = connect(path.join(directory, "socket"));
  const [[theirs]] = (await Promise.all([once(server, "connection"), once(ours, "connect")])) as [
    [Socket],
    unknown,
  ];
  return { ours, theirs };
}

describe("a socket that was moved to a buffer of its own", () => {
  test("reads everything into one piece of memory, which whoever takes a chunk can wipe", async () => {
    const { ours, theirs } = await connection();
    const moved = movedToOwnBuffer(ours);
    const memory = new Set<ArrayBufferLike>();
    const got: Buffer[] = [];
    moved.on("data", (chunk: Buffer) => {
      memory.add(chunk.buffer);
      got.push(Buffer.from(chunk));
      chunk.fill(0);
    });
    const sent = randomBytes(500_000);
    theirs.end(sent);
    await once(moved, "close");
    expect(Buffer.concat(got)).toEqual(sent);
    expect(memory.size).toBe(1);
    const [buffer = new ArrayBuffer(1)] = memory;
    expect(Buffer.from(buffer).every((byte) => byte === 0)).toBe(true);
  });

  test("writes, pauses, goes on and closes like any other", async () => {
    const { ours, theirs } = await connection();
    const moved = movedToOwnBuffer(ours);
    const got: string[] = [];
    moved.on("data", (chunk: Buffer) => got.push(chunk.toString()));
    moved.write("asked");
    expect(String(await once(theirs, "data"))).toBe("asked");
    moved.pause();
    theirs.write("late");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(got).toEqual([]);
    moved.resume();
    await expect.poll(() => got).toEqual(["late"]);
    const closed = once(theirs, "end");
    moved.destroy();
    await closed;
  });

  test("leaves nothing to the old one: ending that does not close the connection", async () => {
    const { ours, theirs } = await connection();
    const moved = movedToOwnBuffer(ours);
    ours.destroy();
    theirs.write("still here");
    expect(String(await once(moved, "data"))).toBe("still here");
    moved.destroy();
  });

  test("is refused when there is no connection to move", async () => {
    const { ours } = await connection();
    const moved = movedToOwnBuffer(ours);
    expect(() => movedToOwnBuffer(ours)).toThrow("no connection to move");
    moved.destroy();
  });

  test("is the same one when it has ended already: its vault died on the way", async () => {
    const { ours } = await connection();
    ours.destroy();
    expect(movedToOwnBuffer(ours)).toBe(ours);
  });
});
