import { describe, expect, test } from "vitest";
import { stubService } from "../../test/fuzz/gateway-bench.ts";
import { ServiceError } from "../service/service-error.ts";
import { answerRequest } from "./answer-request.ts";
import type { WireRequest } from "./wire.ts";

const caller = { type: "Root", accountId: "1", arn: "arn", principalId: "1" } as const;

function bench() {
  const service = stubService();
  const logged: object[] = [];
  const house = {
    services: new Map([[service.targetPrefix, service]]),
    queryServices: [],
    identify: async () => ({ caller, region: "eu-west-1" }),
    log: { error: (facts: object) => void logged.push(facts), warn: () => {} },
  };
  return { service, house, logged };
}

function request(
  changes: Partial<WireRequest> = {},
  body = '{"Plaintext":"c2VjcmV0"}',
): WireRequest {
  return {
    requestId: "request-1",
    receivedAtMs: 1,
    method: "POST",
    target: "/",
    headers: {
      "x-amz-target": "TrentService.Encrypt",
      "content-type": "application/x-amz-json-1.1",
      "user-agent": "agent",
      host: "kms.example",
    },
    rawHeaders: [],
    body: Buffer.from(body),
    sourceIp: "192.0.2.1",
    tls: undefined,
    ...changes,
  };
}

const headed = (headers: Record<string, string | undefined>) =>
  request({ headers: { ...request().headers, ...headers } });
const refuseIdentity = async () => {
  throw new ServiceError("MissingAuthenticationTokenException", 400, "Request is missing …");
};
const unknown = { status: 400, body: '{"__type":"UnknownOperationException"}' };

describe("a call", () => {
  test("reaches its service with its input and what is true of it", async () => {
    const { house, service } = bench();
    let seen = Buffer.alloc(0);
    service.answers = async ({ input }) => {
      seen = Buffer.from(input["Plaintext"] as Buffer);
      return { output: { Done: true }, sensitive: false };
    };
    const answer = await answerRequest(request(), house);
    expect(answer).toMatchObject({ status: 200, body: '{"Done":true}' });
    expect(seen).toEqual(Buffer.from("secret"));
    expect(service.calls[0]).toMatchObject({
      call: { operation: "Encrypt" },
      by: {
        caller,
        facts: {
          requestId: "request-1",
          receivedAtMs: 1,
          region: "eu-west-1",
          sourceIp: "192.0.2.1",
          userAgent: "agent",
          host: "kms.example",
        },
      },
    });
  });

  test("leaves neither its body nor its blobs behind", async () => {
    const { house, service } = bench();
    const sent = request();
    await answerRequest(sent, house);
    expect(sent.body.every((byte) => byte === 0)).toBe(true);
    expect(service.calls[0]?.call.input["Plaintext"]).toEqual(Buffer.alloc(6));
  });

  test("with a sensitive answer gets bytes", async () => {
    const { house } = bench();
    const answer = await answerRequest(headed({ "x-amz-target": "TrentService.Decrypt" }), house);
    expect(answer.body).toEqual(Buffer.from('{"Operation":"Decrypt"}'));
  });

  test("with an empty body has an empty input", async () => {
    const { house, service } = bench();
    await answerRequest(request({}, ""), house);
    expect(Object.keys(service.calls[0]?.call.input ?? { wrong: 1 })).toEqual([]);
  });
});

describe("refused is", () => {
  test.each([
    ["a request without a target", headed({ "x-amz-target": undefined })],
    ["an operation without a service", headed({ "x-amz-target": "Encrypt" })],
    ["an unknown service", headed({ "x-amz-target": "Other.Encrypt" })],
    ["an unknown operation", headed({ "x-amz-target": "TrentService.Nothing" })],
    ["two targets", headed({ "x-amz-target": "TrentService.Encrypt, TrentService.Encrypt" })],
    ["another content type", headed({ "content-type": "application/json" })],
    ["no content type", headed({ "content-type": undefined })],
    ["another method", request({ method: "GET" })],
    ["another path", request({ target: "/x" })],
    ["an absolute target", request({ target: "http://kms.example/" })],
    ["no path", request({ target: "*" })],
    ["two slashes", request({ target: "//" })],
  ])("%s: UnknownOperationException", async (_, sent) => {
    const { house, service } = bench();
    expect(await answerRequest(sent, house)).toMatchObject(unknown);
    expect(service.calls).toEqual([]);
  });

  test("a caller who is not known, before the body is looked at", async () => {
    const { house, service } = bench();
    const unidentified = { ...house, identify: refuseIdentity };
    const answer = await answerRequest(request({}, "not JSON"), unidentified);
    expect(answer.body).toBe(
      '{"__type":"MissingAuthenticationTokenException","message":"Request is missing …"}',
    );
    expect([service.calls, service.refused]).toEqual([[], []]);
  });

  test("a body that cannot be read, and it is recorded: SerializationException", async () => {
    const { house, service } = bench();
    const answer = await answerRequest(request({}, '{"a":1,"a":2}'), house);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toContain('"__type":"SerializationException"');
    expect(service.refused).toMatchObject([
      { operation: "Encrypt", error: { code: "SerializationException" } },
    ]);
    expect(service.calls).toEqual([]);
  });

  test("a body that cannot be read and cannot be recorded, with an internal error", async () => {
    const { house, service } = bench();
    service.refuse = async () => {
      throw new Error("the disk is full");
    };
    const answer = await answerRequest(request({}, "x"), house);
    expect(answer).toMatchObject({ status: 500, body: '{"__type":"KMSInternalException"}' });
  });
});

describe("the bytes of a call", () => {
  const secret = Buffer.from("a secret");
  const body = JSON.stringify({ Plaintext: secret.toString("base64") });

  test.each([
    ["answered", async () => ({ output: {}, sensitive: false })],
    ["refused", async () => await Promise.reject(new ServiceError("DisabledException", 400, "x"))],
    ["not answered for a defect", async () => await Promise.reject(new Error("defect"))],
  ])("are there while it is, and wiped once it is %s", async (_how, answers) => {
    const { house, service } = bench();
    let seen = "";
    service.answers = async ({ input }) => {
      seen = Buffer.from(input["Plaintext"] as Buffer).toString();
      return await answers();
    };
    const sent = request({}, body);
    await answerRequest(sent, house);
    expect(seen).toBe(String(secret));
    expect(service.calls[0]?.call.input["Plaintext"]).toEqual(Buffer.alloc(secret.length));
    expect(sent.body.every((byte) => byte === 0)).toBe(true);
  });
});

describe("a defect", () => {
  const failing = headed({ "x-amz-target": "TrentService.Fail" });

  test("is answered without a detail and logged with its stack", async () => {
    const { house, logged } = bench();
    const answer = await answerRequest(failing, house);
    expect(answer).toMatchObject({ status: 500, body: '{"__type":"KMSInternalException"}' });
    expect(logged).toMatchObject([{ requestId: "request-1", operation: "Fail" }]);
    expect(JSON.stringify(logged)).toContain("gateway-bench.ts");
  });

  test("of another service is an InternalFailure", async () => {
    const { house, logged } = bench();
    const service = stubService("KeyhavenAdmin", "keyhaven-admin");
    const services = new Map([["KeyhavenAdmin", service]]);
    const sent = headed({ "x-amz-target": "KeyhavenAdmin.Fail" });
    const answer = await answerRequest(sent, { ...house, services });
    expect(answer.body).toBe('{"__type":"InternalFailure"}');
    expect(logged).toHaveLength(1);
  });

  test("in an answer that cannot be encoded is one as well", async () => {
    const { house, service } = bench();
    service.answers = async () => ({ output: { bad: () => 1 }, sensitive: false });
    expect(await answerRequest(request(), house)).toMatchObject({ status: 500 });
  });
});

describe("health", () => {
  test.each(["GET", "HEAD"])("answers %s without a signature", async (method) => {
    const { house } = bench();
    const answer = await answerRequest(request({ method, target: "/health", headers: {} }), house);
    expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  });

  test.each([
    ["POST", "/health"],
    ["GET", "/health/"],
    ["GET", "/health?x"],
    ["GET", "/HEALTH"],
  ])("is not %s %s", async (method, target) => {
    const { house } = bench();
    expect(await answerRequest(request({ method, target }), house)).toMatchObject(unknown);
  });

  test("behind a refusal is logged with its cause, and the refusal is answered", async () => {
    const { house, service, logged } = bench();
    service.answers = async () => {
      const cause = new Error("the disk is full");
      throw new ServiceError("KMSInternalException", 500, undefined, { cause });
    };
    const answer = await answerRequest(request(), house);
    expect(answer).toMatchObject({ status: 500, body: '{"__type":"KMSInternalException"}' });
    expect(JSON.stringify(logged)).toContain("the disk is full");
  });
});
