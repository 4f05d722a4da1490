import { describe, expect, test } from "vitest";
import { ServiceError } from "../service/service-error.ts";
import type { QueryService } from "../service/service.ts";
import { answerRequest } from "./answer-request.ts";
import type { WireRequest } from "./wire.ts";

const caller = { type: "Root", accountId: "1", arn: "arn", principalId: "1" } as const;
const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKID/20300101/eu-west-1/${service}/aws4_request, ` +
  "SignedHeaders=host, Signature=00";

function bench(answer: QueryService["answer"] = async () => ({ Who: "<you>" })) {
  const calls: object[] = [];
  const service: QueryService = {
    signingName: "sts",
    isGlobal: true,
    xmlNamespace: "https://namespace/",
    answer: async (call, by) => {
      calls.push({ call, by });
      return await answer(call, by);
    },
  };
  const logged: object[] = [];
  const house = {
    services: new Map(),
    queryServices: [service],
    identify: async () => ({ caller, region: "eu-west-1" }),
    log: { error: (facts: object) => void logged.push(facts), warn: () => {} },
  };
  return { house, calls, logged };
}

function request(body: string, changes: Partial<WireRequest> = {}): WireRequest {
  return {
    requestId: "request-1",
    receivedAtMs: 1,
    method: "POST",
    target: "/",
    headers: { "content-type": "application/x-www-form-urlencoded", host: "sts.example" },
    rawHeaders: ["Authorization", authorization("sts")],
    body: Buffer.from(body),
    sourceIp: "192.0.2.1",
    tls: undefined,
    ...changes,
  };
}

const asking = "Action=GetCallerIdentity&Version=2011-06-15";
const code = (body: string | Buffer) => /<Code>(.*)<\/Code>/.exec(String(body))?.[1];

describe("a form", () => {
  test("reaches its service, and its answer is XML", async () => {
    const { house, calls } = bench();
    const answer = await answerRequest(request(asking), house);
    expect(answer).toEqual({
      status: 200,
      contentType: "text/xml",
      body: `<GetCallerIdentityResponse xmlns="https://namespace/">
  <GetCallerIdentityResult>
    <Who>&lt;you&gt;</Who>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>request-1</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`,
    });
    expect(calls).toMatchObject([
      {
        call: { operation: "GetCallerIdentity", version: "2011-06-15" },
        by: { caller, facts: { requestId: "request-1", region: "eu-west-1" } },
      },
    ]);
  });

  test("may stand in the URL of a GET", async () => {
    const { house, calls } = bench();
    const target = `/?X-Amz-Credential=AKID/20300101/eu-west-1/sts/aws4_request&${asking}`;
    const sent = request("", { method: "GET", target, headers: {}, rawHeaders: [] });
    expect(await answerRequest(sent, house)).toMatchObject({ status: 200 });
    expect(calls).toHaveLength(1);
  });

  test("leaves no body behind", async () => {
    const { house } = bench();
    const sent = request(asking);
    await answerRequest(sent, house);
    expect(sent.body.every((byte) => byte === 0)).toBe(true);
  });
});

describe("refused is", () => {
  test.each([
    ["no action", "Version=2011-06-15", "MissingAction"],
    ["an empty body", "", "MissingAction"],
    ["a field that stands twice", `${asking}&Action=Other`, "MalformedQueryString"],
    ["a percent sign without digits", `${asking}&Name=%`, "MalformedQueryString"],
    ["escapes that are no UTF-8", `${asking}&Name=%FF`, "MalformedQueryString"],
    ["too many fields", `${asking}${"&a".repeat(1_000)}`, "MalformedQueryString"],
  ])("%s", async (_, body, expected) => {
    const { house, calls } = bench();
    expect(code((await answerRequest(request(body), house)).body)).toBe(expected);
    expect(calls).toEqual([]);
  });

  test("bytes that are no UTF-8", async () => {
    const { house } = bench();
    const sent = request("", { body: Buffer.from([0x41, 0x3d, 0xff]) });
    expect(code((await answerRequest(sent, house)).body)).toBe("MalformedQueryString");
  });

  test.each([
    ["MissingAuthenticationTokenException", 403, "MissingAuthenticationToken"],
    ["UnrecognizedClientException", 403, "InvalidClientTokenId"],
    ["InvalidSignatureException", 403, "SignatureDoesNotMatch"],
    ["IncompleteSignatureException", 400, "IncompleteSignature"],
  ])("%s in the words of this protocol", async (jsonCode, status, expected) => {
    const { house, calls } = bench();
    const identify = async () => {
      throw new ServiceError(jsonCode, 400, "a & b");
    };
    const answer = await answerRequest(request(asking), { ...house, identify });
    expect(answer).toMatchObject({ status, contentType: "text/xml" });
    expect(code(answer.body)).toBe(expected);
    expect(answer.body).toContain("<Type>Sender</Type>");
    expect(answer.body).toContain("<Message>a &amp; b</Message>");
    expect(calls).toEqual([]);
  });

  test("a defect, without a word about it", async () => {
    const { house, logged } = bench(async () => {
      throw new Error("/etc/keyhaven: a secret detail");
    });
    const answer = await answerRequest(request(asking), house);
    expect(answer.status).toBe(500);
    expect(code(answer.body)).toBe("InternalFailure");
    expect(answer.body).not.toContain("secret");
    expect(logged).toMatchObject([{ requestId: "request-1", operation: "GetCallerIdentity" }]);
  });

  test.each([
    [
      "signed for a service that takes none",
      { rawHeaders: ["Authorization", authorization("kms")] },
    ],
    ["that names a target as well", { headers: { ...request("").headers, "x-amz-target": "A.B" } }],
    ["of another content type", { headers: { "content-type": "text/plain" } }],
    ["at another path", { target: "/x" }],
    ["by another method", { method: "PUT" }],
  ])("a form %s: UnknownOperationException", async (_, changes) => {
    const { house, calls } = bench();
    const answer = await answerRequest(request(asking, changes), house);
    expect(answer.body).toBe('{"__type":"UnknownOperationException"}');
    expect(calls).toEqual([]);
  });
});
