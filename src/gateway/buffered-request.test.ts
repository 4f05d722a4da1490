import { Socket } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServiceError } from "../service/service-error.ts";
import { BufferedRequest } from "./buffered-request.ts";
import { limits } from "./limits.ts";

function aBudget(taken: number) {
  const budget = {
    taken,
    take() {
      if (budget.taken >= limits.inAll.largeBodies) return false;
      budget.taken += 1;
      return true;
    },
    release: () => void (budget.taken -= 1),
  };
  return budget;
}

function begin(options: { declaredBytes?: number; largeBodies?: number } = {}) {
  const request = new BufferedRequest(new Socket());
  if (options.declaredBytes !== undefined) {
    request.rawHeaders.push("Content-Length", String(options.declaredBytes));
  }
  const budget = aBudget(options.largeBodies ?? 0);
  const received: (Buffer | ServiceError)[] = [];
  request.receiveBody(budget, 0, (body) => void received.push(body));
  return { request, budget, received };
}

const tooLarge = { code: "RequestEntityTooLargeException", status: 413 };

describe("a body", () => {
  test("comes out as it went in, however it was cut", () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { maxLength: 20 });
    fc.assert(
      fc.property(chunks, (pieces) => {
        const { request, received, budget } = begin();
        for (const piece of pieces) request.push(Buffer.from(piece));
        request.push(null);
        expect(received).toEqual([Buffer.concat(pieces)]);
        expect(budget.taken).toBe(0);
      }),
    );
  });

  test("of one chunk is not copied, and of several no chunk is left behind", () => {
    const one = begin();
    const chunk = Buffer.from("whole");
    one.request.push(chunk);
    one.request.push(null);
    expect((one.received[0] as Buffer).buffer).toBe(chunk.buffer);

    const several = begin();
    const chunks = ["in ", "three ", "parts"].map((part) => Buffer.from(part));
    for (const part of chunks) several.request.push(part);
    several.request.push(null);
    expect(several.received).toEqual([Buffer.from("in three parts")]);
    expect(Buffer.concat(chunks).every((byte) => byte === 0)).toBe(true);
  });

  test("of very many very small chunks is cheap", () => {
    const { request, received } = begin();
    const startedAtMs = performance.now();
    for (let at = 0; at < limits.bodyBytes; at += 1) request.push(Buffer.from([1]));
    request.push(null);
    expect((received[0] as Buffer).length).toBe(limits.bodyBytes);
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
  });

  test("that is abandoned is wiped and never received", () => {
    const { request, received, budget } = begin();
    const chunk = Buffer.alloc(limits.smallBodyBytes + 1, 1);
    request.push(chunk);
    expect(budget.taken).toBe(1);
    request.abandonBody();
    request.push(Buffer.from("more"));
    request.push(null);
    expect(received).toEqual([]);
    expect(budget.taken).toBe(0);
    expect(chunk.every((byte) => byte === 0)).toBe(true);
  });
});

describe("refused is a body", () => {
  test("that says it is far too long, at once: RequestEntityTooLargeException", () => {
    const { received } = begin({ declaredBytes: limits.droppedBytes + 1 });
    expect(received).toMatchObject([tooLarge]);
  });

  test("that says it is too long, when it has been heard: RequestEntityTooLargeException", () => {
    const { request, received } = begin({ declaredBytes: limits.bodyBytes + 1 });
    const chunk = Buffer.alloc(limits.bodyBytes + 1, 1);
    request.push(chunk);
    expect(received).toEqual([]);
    request.push(null);
    expect(received).toMatchObject([tooLarge]);
    expect(chunk.every((byte) => byte === 0)).toBe(true);
  });

  test("that turns out too long, and is not heard for ever: RequestEntityTooLargeException", () => {
    const { request, received } = begin();
    for (let sent = 0; sent <= limits.droppedBytes; sent += 65_536) {
      expect(received).toEqual([]);
      request.push(Buffer.alloc(65_536, 1));
    }
    expect(received).toMatchObject([tooLarge]);
  });

  test("that comes too slowly: RequestTimeoutException", () => {
    const { request, received } = begin();
    request.push(Buffer.from("slow"));
    request.refuseWhenSlow(limits.bodyPace.graceMs);
    expect(received).toEqual([]);
    request.refuseWhenSlow(limits.bodyPace.graceMs + 1);
    expect(received).toMatchObject([{ code: "RequestTimeoutException", status: 408 }]);
  });

  test("not when it keeps up the rate", () => {
    const { request, received } = begin();
    request.push(Buffer.alloc(15 * limits.bodyPace.bytesPerSecond, 1));
    request.refuseWhenSlow(15_000);
    expect(received).toEqual([]);
    request.refuseWhenSlow(15_001);
    expect(received).toHaveLength(1);
  });

  test("that holds a place of the large ones, sooner, and its place is free again", () => {
    const { request, received, budget } = begin();
    request.push(Buffer.alloc(limits.smallBodyBytes + 1, 1));
    request.refuseWhenSlow(limits.largeBodyPace.graceMs);
    expect(received).toEqual([]);
    request.refuseWhenSlow(limits.largeBodyPace.graceMs + 1);
    expect(received).toMatchObject([{ code: "RequestTimeoutException" }]);
    expect(budget.taken).toBe(0);
  });

  test("that is large while too many others are: ThrottlingException", () => {
    const { request, received, budget } = begin({ largeBodies: limits.inAll.largeBodies });
    request.push(Buffer.alloc(limits.smallBodyBytes + 1, 1));
    request.push(null);
    expect(received).toMatchObject([{ code: "ThrottlingException" }]);
    expect(budget.taken).toBe(limits.inAll.largeBodies);
  });
});
