import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  exchange,
  openBench,
  requestText,
  signedHeaders,
  signedRequest,
  statusesOf,
} from "../../test/fuzz/gateway-bench.ts";
import { limits } from "./limits.ts";
import { ListenRefused } from "./listen-refused.ts";

let bench: Awaited<ReturnType<typeof openBench>>;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => await bench.close());

const send = async (text: string | string[]) => await exchange(bench, text);
const signed = (operation: string, body = "{}") =>
  signedRequest({ operation, body, host: bench.host });

const withFields = (count: number) =>
  `GET /health HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(count - 1)}\r\n`;

/** How many calls reached the service meanwhile. */
async function callsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = bench.service.calls.length;
  await work();
  return bench.service.calls.length - before;
}

describe("an answer over the wire", () => {
  test("has the headers that AWS sends", async () => {
    const received = await send(signed("Encrypt"));
    const [head = "", body] = received.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/\r\nx-amzn-RequestId: [\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\r\n/);
    expect(head).toContain("\r\nContent-Type: application/x-amz-json-1.1\r\n");
    expect(head).toContain(`\r\nContent-Length: ${body?.length}\r\n`);
    expect(head).toContain(
      "\r\nCache-Control: no-cache, no-store, must-revalidate, private\r\nExpires: 0\r\nPragma: no-cache\r\n",
    );
    expect(head).toMatch(/\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/);
    expect(body).toBe('{"Operation":"Encrypt"}');
  });

  test("without output has no body and says so", async () => {
    bench.service.answers = async () => ({ output: undefined, sensitive: false });
    const received = await send(signed("Encrypt"));
    expect(received).toContain("\r\nContent-Length: 0\r\n");
    expect(received).toMatch(/\r\n\r\n$/);
  });

  test("counts bytes, not characters", async () => {
    bench.service.answers = async () => ({ output: { Name: "é€😀" }, sensitive: false });
    const received = Buffer.from(await send(signed("Encrypt")), "latin1").toString();
    expect(received).toContain(`\r\nContent-Length: ${Buffer.byteLength('{"Name":"é€😀"}')}\r\n`);
    expect(received).toMatch(/\{"Name":"é€😀"\}$/);
  });

  test("that is sensitive arrives whole", async () => {
    const secret = randomBytes(4096);
    const output = { Plaintext: Buffer.from(secret) };
    bench.service.answers = async () => ({ output, sensitive: true });
    const received = await send(signed("Decrypt"));
    expect(received).toMatch(/\{"Plaintext":"[^"]*"\}$/);
    expect(received).toContain(secret.toString("base64"));
    expect(output.Plaintext.every((byte) => byte === 0)).toBe(true);
  });

  test("to a body in many small pieces is the same", async () => {
    bench.service.answers = async () => ({ output: {}, sensitive: false });
    const request = signed("Encrypt", JSON.stringify({ Plaintext: "QUJD", Pad: "x".repeat(200) }));
    const pieces = request.match(/[^]{1,16}/g) ?? [];
    expect(statusesOf(await send(pieces))).toEqual([200]);
  });

  test("comes to each of several requests on one connection, in order", async () => {
    bench.service.answers = async ({ operation }) => {
      await new Promise((resolve) => setTimeout(resolve, operation === "Encrypt" ? 50 : 0));
      return { output: { Operation: operation }, sensitive: operation === "Decrypt" };
    };
    const received = await send(signed("Encrypt") + signed("Decrypt") + signed("GenerateRandom"));
    const named = [...received.matchAll(/"Operation":"(\w+)"/g)].map((match) => match[1]);
    expect(named).toEqual(["Encrypt", "Decrypt", "GenerateRandom"]);
  });

  test("to HEAD /health has no body", async () => {
    const received = await send("HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(received).toMatch(/^HTTP\/1\.1 200 OK[^]*Content-Length: 15[^]*\r\n\r\n$/);
  });

  test("is asked for by Expect: 100-continue", async () => {
    const headers = { ...signedHeaders({ host: bench.host }), expect: "100-continue" };
    const head = requestText({ ...headers, "content-length": "2" }, "");
    expect(statusesOf(await send([head, "{}"]))).toEqual([100, 200]);
  });

  test("is refused to Expect: 100-continue before the body is sent", async () => {
    const headers = { host: "x", expect: "100-continue", "content-length": "9999999" };
    expect(statusesOf(await send(requestText(headers, "")))).toEqual([413]);
  });
});

describe("what the caller's connection is said to be", () => {
  test("is the socket's, whatever headers claim", async () => {
    const headers = { ...signedHeaders({ host: bench.host }), "content-length": "2" };
    const claims = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" };
    await send(requestText({ ...headers, ...claims, "user-agent": "agent/1" }));
    const facts = bench.service.calls.at(-1)?.by.facts;
    expect(facts).toMatchObject({ sourceIp: "127.0.0.1", userAgent: "agent/1", host: bench.host });
    expect(facts?.tls).toBeUndefined();
  });
});

describe("refused is", () => {
  test("an unsigned request: MissingAuthenticationTokenException", async () => {
    const headers = {
      host: bench.host,
      "x-amz-target": "TrentService.Encrypt",
      "content-type": "application/x-amz-json-1.1",
      "content-length": "2",
    };
    const calls = await callsDuring(async () => {
      expect(await send(requestText(headers))).toContain("MissingAuthenticationTokenException");
    });
    expect(calls).toBe(0);
  });

  test("a field that comes twice, not one of the two: UnknownOperationException", async () => {
    const type = "content-type: application/x-amz-json-1.1\r\n";
    expect(await send(signed("Encrypt").replace(type, type + type))).toContain(
      "UnknownOperationException",
    );
  });

  test("an admin operation over TCP: UnknownOperationException", async () => {
    const text = signed("Encrypt").replace("TrentService", "KeyhavenAdmin");
    expect(await send(text)).toContain("UnknownOperationException");
    expect(bench.admin.calls).toEqual([]);
  });

  test("a long body: RequestEntityTooLargeException, heard by its sender", async () => {
    const body = " ".repeat(limits.bodyBytes + 1);
    const received = await send(signed("Encrypt", body));
    expect(received).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close[^]*TooLargeException"\}$/);
  });

  test("a long chunked body: RequestEntityTooLargeException", async () => {
    const headers = { ...signedHeaders({ host: bench.host }), "transfer-encoding": "chunked" };
    const chunk = `ffff\r\n${" ".repeat(0xffff)}\r\n`;
    const received = await send([requestText(headers, ""), chunk.repeat(5), "0\r\n\r\n"]);
    expect(statusesOf(received)).toEqual([413]);
  });

  test("nothing of a body at the limit", async () => {
    bench.service.answers = async () => ({ output: {}, sensitive: false });
    const body = `{${" ".repeat(limits.bodyBytes - 2)}}`;
    expect(statusesOf(await send(signed("Encrypt", body)))).toEqual([200]);
  });

  test("more than 100 header fields: MalformedHttpRequestException", async () => {
    expect(statusesOf(await send(withFields(limits.headerFields)))).toEqual([200]);
    expect(statusesOf(await send(withFields(limits.headerFields + 1)))).toEqual([431]);
    expect(statusesOf(await send(withFields(1000)))).toEqual([431]);
  });

  test("a request too many at a time, and the connection stays: ThrottlingException", async () => {
    const release = Promise.withResolvers<void>();
    bench.service.answers = async () => {
      await release.promise;
      return { output: {}, sensitive: false };
    };
    const before = bench.service.calls.length;
    const text = signed("Encrypt").repeat(limits.requestsInFlight + 1);
    const sent = exchange(bench, text, { silentMs: 15_000, quietMs: 1000 });
    await expect
      .poll(() => bench.service.calls.length - before, { timeout: 15_000 })
      .toBe(limits.requestsInFlight);
    release.resolve();
    const received = await sent;
    const statuses = statusesOf(received);
    expect(statuses.slice(0, -1).every((status) => status === 200)).toBe(true);
    expect(statuses.at(-1)).toBe(400);
    expect(received).not.toContain("Connection: close");
    expect(received).toContain('{"__type":"ThrottlingException","message":"Rate exceeded"}');
  }, 30_000);

  test("a long header: MalformedHttpRequestException", async () => {
    const received = await send(`GET /health HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 431 [^]*"MalformedHttpRequestException"\}$/);
  });

  test.each([
    ["bytes that are not HTTP", "\u0016\u0003\u0001 hello\r\n\r\n"],
    ["a bare line feed", "POST / HTTP/1.1\nHost: x\n\n"],
    ["a folded header", "POST / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    ["a request without a host", "POST / HTTP/1.1\r\n\r\n"],
  ])("%s, and the connection is closed", async (_, text) => {
    const received = await send(text);
    expect(statusesOf(received)).toEqual([400]);
    expect(received).toMatch(/connection: close/i);
  });

  test("CONNECT, without an answer", async () => {
    expect(statusesOf(await send("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"))).toEqual([]);
  });

  test("an upgrade: the request is answered as what it is", async () => {
    const upgrade =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n";
    const received = await send(`GET /health HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`);
    expect(statusesOf(received)).toEqual([200]);
  });

  test("what comes after a refused request on the same connection", async () => {
    const calls = await callsDuring(async () => {
      const headers = { host: bench.host, "content-length": "9999999" };
      await send(requestText(headers, "") + signed("Encrypt"));
      await send(`BROKEN\r\n\r\n${signed("Encrypt")}`);
      await send(withFields(limits.headerFields + 1) + signed("Encrypt"));
    });
    expect(calls).toBe(0);
  });
});

describe("a client that goes away", () => {
  test("in the middle of its body disturbs nobody", async () => {
    const text = signed("Encrypt", `{"Plaintext":"${"QUJD".repeat(100)}"}`);
    await exchange(bench, text.slice(0, -10), { silentMs: 30 });
    expect(statusesOf(await send(signed("Encrypt")))).toEqual([200]);
  });

  test("before its sensitive answer gets none, and it is wiped", async () => {
    const output = { Plaintext: Buffer.from("secret") };
    const asked = Promise.withResolvers<void>();
    bench.service.answers = async () => {
      asked.resolve();
      await new Promise((resolve) => setTimeout(resolve, 80));
      return { output, sensitive: true };
    };
    await Promise.all([exchange(bench, signed("Decrypt"), { silentMs: 20 }), asked.promise]);
    await expect.poll(() => output.Plaintext.every((byte) => byte === 0)).toBe(true);
  });
});

describe("a connection that is kept alive", () => {
  test("is told for how long, and is closed once it was idle for so long", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const other = await openBench();
    const socket = connect(other.port, "127.0.0.1");
    try {
      socket.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
      const [answer] = (await once(socket, "data")) as [Buffer];
      expect(answer.toString()).toContain(
        `\r\nKeep-Alive: timeout=${limits.keepAliveMs / 1000}\r\n`,
      );
      vi.advanceTimersByTime(limits.keepAliveMs);
      socket.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
      await once(socket, "data");
      vi.advanceTimersByTime(limits.keepAliveMs);
      expect(socket.closed).toBe(false);
      vi.advanceTimersByTime(limits.sweepMs);
      await once(socket, "close");
    } finally {
      vi.useRealTimers();
      socket.destroy();
      await other.close();
    }
  });

  test("is not kept alive for a client that does not want it", async () => {
    const received = await send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(received).toContain("\r\nConnection: close\r\n");
    expect(received).not.toContain("Keep-Alive");
  });
});

describe("closing", () => {
  test("finishes what was begun, says so, and closes idle and silent connections", async () => {
    const other = await openBench();
    other.service.answers = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { output: {}, sensitive: false };
    };
    const text = signedRequest({ host: other.host });
    const slow = exchange(other, text);
    const silent = exchange(other, "");
    const idle = exchange(other, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", { quietMs: 5000 });
    await expect.poll(() => other.service.calls.length).toBe(1);
    const startedAtMs = performance.now();
    await other.close();
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    expect(await slow).toMatch(/^HTTP\/1\.1 200 OK[^]*Connection: close/);
    expect(statusesOf(await idle)).toEqual([200]);
    expect(await silent).toBe("");
    expect(await exchange(other, text)).toBe("");
  });
});

describe("listening is refused", () => {
  test.each(["0.0.0.0", "::", "192.0.2.1", "kms.example.com"])(
    "on %s without TLS",
    async (host) => {
      await expect(openBench({ host })).rejects.toThrow(ListenRefused);
      await expect(openBench({ host })).rejects.toThrow(/name a certificate and its private key/);
    },
  );

  test("on a port that is taken", async () => {
    const { port } = bench;
    await expect(openBench({ port })).rejects.toThrow(/EADDRINUSE.*choose another address or port/);
  });
});
