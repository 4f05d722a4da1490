import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exchange, signedHeaders, signedRequest, statusesOf } from "./gateway-bench.ts";
import { malformedRequest, seeded } from "./malformed.ts";
import { framings } from "./framings.ts";
import { startChild } from "./start-child.ts";
import type { GatewayChild } from "./start-child.ts";

const seed = 20_261_124;
const inputs = 10_000;
const parallel = 32;
const maxGrowthBytes = 64 * 1024 * 1024;

let gateway: GatewayChild;
beforeAll(async () => {
  gateway = await startChild();
});
afterAll(() => gateway.stop());

/** What must never stand in an answer: paths, stack frames, SQL, errno texts, packages. */
const leak = /\/(?:work|home|src|etc)\/|at .*:\d+:\d+|\bSELECT\b|E[A-Z]{4,}\b: |node_modules|node:/;

/** Writes a request, ends the connection's sending side, and resolves to what came back. */
async function submit(text: string): Promise<string> {
  return await new Promise((resolve) => {
    let received = "";
    const socket = connect({ port: gateway.port, host: "127.0.0.1" });
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => (received += chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    socket.end(text, "latin1");
  });
}

async function submitAll(from: number, until: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let next = from;
  const worker = async () => {
    while (next < until) {
      const text = malformedRequest(seeded(seed + 7919 * next++), gateway.host);
      const received = await submit(text);
      expect(received).not.toMatch(leak);
      for (const status of statusesOf(received)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return statuses;
}

describe("10,000 malformed requests", () => {
  test("get no success and no server fault, reach nothing and leave nothing", async () => {
    await submitAll(0, inputs / 10);
    const before = await gateway.report();
    const statuses = await submitAll(inputs / 10, inputs);
    const after = await gateway.report();

    const answered = [...statuses.keys()];
    expect(answered.filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5000);
    expect(after).toMatchObject({ calls: [], logged: 0 });
    expect(after.rssBytes - before.rssBytes).toBeLessThan(maxGrowthBytes);
  }, 60_000);

  test("are followed by a good one that is answered", async () => {
    const received = await exchange(gateway, signedRequest({ host: gateway.host }));
    expect(statusesOf(received)).toEqual([200]);
  });
});

describe("a request smuggled inside another", () => {
  test.each(framings)("by %j is not executed", async (framing, body) => {
    const smuggled = signedRequest({ host: gateway.host, operation: "GenerateRandom" });
    const headers = Object.entries(signedHeaders({ host: gateway.host, body: "" }));
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const outer = `POST / HTTP/1.1\r\n${lines}${framing}\r\n\r\n${body(smuggled)}`;
    const received = await exchange(gateway, outer, { quietMs: 50, silentMs: 300 });
    expect(statusesOf(received).filter((status) => status >= 500)).toEqual([]);
    expect((await gateway.report()).calls).not.toContain("GenerateRandom");
  });

  test("is one that would be executed by itself", async () => {
    const own = signedRequest({ host: gateway.host, operation: "GenerateRandom" });
    expect(statusesOf(await exchange(gateway, own))).toEqual([200]);
    expect((await gateway.report()).calls).toContain("GenerateRandom");
  });
});

describe("what answers without a signature", () => {
  const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
  const paths = ["/", "/health", "/healthz", "/health/", "/metrics", "/status", "/ready", "/live"]
    .concat("/debug", "/debug/pprof/", "/favicon.ico", "/robots.txt", "/.well-known/x", "/admin")
    .concat("/admin.sock", "/v1/sys/health", "/v1/sys/seal-status", "/version", "/console", "*");

  test("is exactly GET and HEAD /health", async () => {
    const open: string[] = [];
    for (const method of methods) {
      for (const path of paths) {
        const received = await submit(`${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
        const [status = 0] = statusesOf(received);
        if (status < 400) open.push(`${method} ${path} ${status}`);
      }
    }
    expect(open).toEqual(["GET /health 200", "HEAD /health 200"]);
  });
});

const trickle = async (text: string) => {
  const startedAtMs = performance.now();
  const received = await exchange(gateway, text, { silentMs: 19_000, quietMs: 1000 });
  return { statuses: statusesOf(received), seconds: (performance.now() - startedAtMs) / 1000 };
};

describe("a client that is too slow", () => {
  test("is cut off in its header and in its body", { timeout: 20_000 }, async () => {
    const begun = "POST / HTTP/1.1\r\nHost: x\r\n";
    const slow = await Promise.all([
      trickle(""),
      trickle("POS"),
      trickle(begun),
      trickle(`${begun}Content-Length: 100\r\n\r\n{`),
      trickle(`${begun}Transfer-Encoding: chunked\r\n\r\n1\r\n{`),
    ]);
    for (const { statuses, seconds } of slow) {
      expect(statuses).toEqual([408]);
      expect(seconds).toBeLessThan(14);
    }
  });
});
