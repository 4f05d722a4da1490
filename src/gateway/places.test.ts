import { connect as connectTls } from "node:tls";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  openBench,
  signedHeaders,
  requestText,
  statusesOf,
} from "../../test/fuzz/gateway-bench.ts";
import { certificates } from "../../test/fuzz/test-certificates.ts";
import type { GatewayOptions } from "./open-gateway.ts";
import { limits } from "./limits.ts";
import { Places } from "./places.ts";

const health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

async function open(options: Partial<GatewayOptions>) {
  const bench = await openBench(options);
  onTestFinished(async () => await bench.close());
  return bench;
}

/** Connects from this machine, by default from 127.0.0.1. */
async function guest(port: number, localAddress = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

async function ask(socket: Socket, text = health): Promise<string> {
  socket.write(text, "latin1");
  const answered = once(socket, "data") as Promise<[Buffer]>;
  const closed = once(socket, "close").then(() => ["closed"] as const);
  return String((await Promise.race([answered, closed]))[0]);
}

/** Long enough to count as idle. */
const quiet = async () => await setTimeout(3 * limits.sweepMs);

describe("the connections of one address", () => {
  test("beyond the limit take the place of the one that is idle longest", async () => {
    const { port } = await open({ perAddress: { connections: 3 } });
    const first = await guest(port);
    expect(statusesOf(await ask(first))).toEqual([200]);
    await quiet();
    const others = [await guest(port), await guest(port)];
    for (const other of others) expect(statusesOf(await ask(other))).toEqual([200]);
    const last = await guest(port);
    expect(statusesOf(await ask(last))).toEqual([200]);
    await expect.poll(() => first.closed).toBe(true);
    for (const other of others) expect(statusesOf(await ask(other))).toEqual([200]);
  });

  test("beyond the limit are refused while none is idle", async () => {
    const { port } = await open({ perAddress: { connections: 2 } });
    const busy = [await guest(port), await guest(port)];
    expect(await ask(await guest(port))).toBe("closed");
    for (const one of busy) expect(statusesOf(await ask(one))).toEqual([200]);
  });

  test("are not idle while a call is answered, however long that takes", async () => {
    const bench = await open({ perAddress: { connections: 1 } });
    const done = Promise.withResolvers<void>();
    bench.service.answers = async () => {
      await done.promise;
      return { output: {}, sensitive: false };
    };
    const socket = await guest(bench.port);
    const headers = { ...signedHeaders({ host: bench.host }), "content-length": "2" };
    const answer = ask(socket, requestText(headers));
    await quiet();
    expect(await ask(await guest(bench.port))).toBe("closed");
    done.resolve();
    expect(statusesOf(await answer)).toEqual([200]);
  });

  test("leave those of another address alone", async () => {
    const { port } = await open({ perAddress: { connections: 2 } });
    const crowd = [await guest(port), await guest(port)];
    expect(await ask(await guest(port))).toBe("closed");
    expect(statusesOf(await ask(await guest(port, "127.0.0.2")))).toEqual([200]);
    for (const one of crowd) expect(statusesOf(await ask(one))).toEqual([200]);
  });

  test("may be 256, each kept alive and used again and again, and all are served", async () => {
    const { port } = await open({});
    const sockets = await Promise.all(Array.from({ length: 256 }, async () => await guest(port)));
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(sockets.map(async (socket) => await ask(socket)));
      expect(answers.filter((answer) => statusesOf(answer)[0] === 200)).toHaveLength(256);
    }
    expect(sockets.some(({ closed }) => closed)).toBe(false);
  });

  test("give their places back when they close, with TLS as well, hands shaken or not", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "keyhaven-places-"));
    onTestFinished(async () => await rm(directory, { recursive: true }));
    const tls = { certPath: path.join(directory, "c.pem"), keyPath: path.join(directory, "k.pem") };
    await writeFile(tls.certPath, certificates[0].cert);
    await writeFile(tls.keyPath, certificates[0].key);
    const { port } = await open({ tls, perAddress: { connections: 2 } });
    for (let round = 0; round < 5; round += 1) {
      const silent = await guest(port);
      const secure = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
      await once(secure, "secureConnect");
      expect(statusesOf(await ask(secure))).toEqual([200]);
      expect(await ask(await guest(port), "x")).toBe("closed");
      secure.destroy();
      silent.destroy();
      await setTimeout(100);
    }
  });
});

describe("large bodies of one address", () => {
  test("beyond the limit are throttled, those of another address are not", async () => {
    const bench = await open({ perAddress: { largeBodies: 2 } });
    const body = `{${" ".repeat(2 * limits.smallBodyBytes)}}`;
    const headers = {
      ...signedHeaders({ host: bench.host, body }),
      "content-length": String(body.length),
    };
    const text = requestText(headers, body);
    const slow = [await guest(bench.port), await guest(bench.port)];
    for (const socket of slow) socket.write(text.slice(0, -10), "latin1");
    await setTimeout(200);
    expect(await ask(await guest(bench.port), text)).toContain("ThrottlingException");
    expect(statusesOf(await ask(await guest(bench.port, "127.0.0.2"), text))).toEqual([200]);
    for (const socket of slow) {
      expect(statusesOf(await ask(socket, text.slice(-10)))).toEqual([200]);
    }
    expect(statusesOf(await ask(await guest(bench.port), text))).toEqual([200]);
  });
});

const sweep = limits.sweepMs;
/** A connection, as far as a place has to do with it. */
function peer(remoteAddress: string, remotePort: number) {
  const closers: (() => void)[] = [];
  const socket = {
    remoteAddress,
    remotePort,
    destroyed: false,
    once: (_event: string, close: () => void) => void closers.push(close),
    destroy() {
      socket.destroyed = true;
      for (const close of closers.splice(0)) close();
    },
  };
  return socket as unknown as Socket & { destroyed: boolean };
}

function placesFor(connections: number): Places {
  const inAll = { connections, largeBodies: 2 };
  return new Places({ inAll, perAddress: { connections: 10, largeBodies: 1 } });
}

describe("all connections together", () => {
  test("beyond the limit take the place of whoever has the most, the longest idle first", () => {
    const places = placesFor(4);
    const lone = peer("192.0.2.1", 1);
    const crowd = [2, 3, 4].map((port) => peer("192.0.2.2", port));
    for (const [index, socket] of [lone, ...crowd].entries()) {
      expect(places.admit(socket, index * sweep)).toBe(true);
    }
    expect(places.admit(peer("192.0.2.3", 5), 10 * sweep)).toBe(true);
    expect([lone, ...crowd].map(({ destroyed }) => destroyed)).toEqual([false, true, false, false]);
  });

  test("beyond the limit are refused while all have only just come", () => {
    const places = placesFor(1);
    const first = peer("192.0.2.1", 1);
    expect(places.admit(first, 0)).toBe(true);
    expect(places.admit(peer("192.0.2.2", 1), sweep)).toBe(false);
    expect(first.destroyed).toBe(false);
  });

  test("of one IPv6 network count as those of one address", () => {
    const places = placesFor(100);
    for (let host = 1; host <= 10; host += 1) {
      expect(places.admit(peer(`2001:db8:0:1::${host}`, host), 0)).toBe(true);
    }
    expect(places.admit(peer("2001:db8:0:1:aaaa:bbbb:cccc:dddd", 11), 0)).toBe(false);
    expect(places.admit(peer("2001:db8:0:2::1", 12), 0)).toBe(true);
    expect(places.admit(peer("::ffff:192.0.2.1", 13), 0)).toBe(true);
  });

  test("have so many large bodies, and one address so many of them", () => {
    const places = placesFor(100);
    const [one, two, three] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) =>
      places.bodyBudget(address),
    );
    expect([one?.take(), one?.take(), two?.take(), three?.take()]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    one?.release();
    expect([three?.take(), one?.take()]).toEqual([true, false]);
  });
});
