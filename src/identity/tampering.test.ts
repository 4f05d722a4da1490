/** Whatever is changed in a signed request, after signing, has to show. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expecting, keysOf, signAsClient } from "../../test/vectors/sigv4-client.ts";
import type { ClientOptions, ClientRequest } from "../../test/vectors/sigv4-client.ts";
import {
  headerOf,
  withAuthorization,
  withHeader,
  withoutHeader,
  withParameter,
} from "../../test/vectors/sigv4-edits.ts";
import { ServiceError } from "../service/service-error.ts";
import { identify } from "./identify.ts";
import type { SignedRequest } from "./signed-request.ts";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "kept-by-the-vault" };
const signedAtMs = Date.UTC(2026, 10, 23, 10, 10, 10);
// Served are more Regions than one, so that a change of Region is caught by the signature.
const expected = {
  ...expecting("kms", "eu-west-1", signedAtMs),
  regions: new Set(["eu-west-1", "eu-west-2"]),
};

const call: ClientRequest = {
  method: "POST",
  path: "/keys/orders",
  query: { page: "1", size: "20" },
  headers: {
    host: "kms.keyhaven.internal:8443",
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "TrentService.Decrypt",
  },
  body: Buffer.from('{"KeyId":"alias/orders"}'),
};
const client: ClientOptions = { credentials, region: "eu-west-1", service: "kms", signedAtMs };
const forms = [
  { form: "header", options: client },
  { form: "query", options: { ...client, expiresIn: 300 } },
];

type Change = (request: SignedRequest) => SignedRequest;

const changes: [string, Change][] = [
  ["the method", (request) => ({ ...request, method: "PUT" })],
  ["a byte of the path", (request) => retarget(request, "/keys/orders", "/keys/orderz")],
  ["the length of the path", (request) => retarget(request, "/keys/orders", "/keys")],
  ["the encoding of the path", (request) => retarget(request, "/keys/orders", "/keys/%6Frders")],
  ["a query value", (request) => retarget(request, "page=1", "page=2")],
  ["a query name", (request) => retarget(request, "page=1", "Page=1")],
  ["a query parameter away", (request) => withParameter(request, "page", undefined)],
  ["a query parameter more", (request) => retarget(request, "page=1", "page=1&a=1")],
  [
    "a byte of the body",
    (request) => ({ ...request, body: Buffer.from('{"KeyId":"alias/ordert"}') }),
  ],
  ["the body's length", (request) => ({ ...request, body: call.body.subarray(1) })],
  ["the body away", (request) => ({ ...request, body: Buffer.alloc(0) })],
  ["the host", (request) => withHeader(request, "Host", "kms.elsewhere:8443")],
  ["the content type", (request) => withHeader(request, "Content-Type", "text/plain")],
  ["a signed header away", (request) => withoutHeader(request, "content-type")],
  ["a signed header twice", (request) => addHeader(request, "content-type", "text/plain")],
  ["an AWS header more", (request) => addHeader(request, "X-Amz-Acl", "public-read")],
  [
    "the body's hash, for another body",
    (request) => withHeader(request, "x-amz-content-sha256", "0".repeat(64)),
  ],
  [
    "the access key id",
    (request) => inScope(request, "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"),
  ],
  ["the date of the scope", (request) => inScope(request, "20261123", "20261124")],
  ["the Region", (request) => inScope(request, "eu-west-1", "eu-west-2")],
  ["the service", (request) => inScope(request, "kms", "sts")],
  ["the terminator", (request) => inScope(request, "aws4_request", "aws4_reques")],
  ["the algorithm", (request) => inScope(request, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512")],
  ["a signed header off the list", (request) => inScope(request, /content-type(;|%3B)/, "")],
  [
    "a header more on the list",
    (request) => inScope(request, /content-type(;|%3B)/, "accept$1content-type$1"),
  ],
  ["the signature", (request) => inScope(request, /(Signature=)[0-9a-f]/, "$1x")],
  ["the signature away", (request) => inScope(request, /(Signature=)[0-9a-f]{64}/, "$1")],
];

describe.each(forms)("a request signed in its $form", ({ form, options }) => {
  test("is accepted unchanged", async () => {
    const request = await signAsClient(call, options);
    expect((await identify(request, expected, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test.each(changes)("is refused with %s changed", async (_, change) => {
    const request = await signAsClient(call, options);
    const changed = change(request);
    expect(changed).not.toEqual(request);
    expect(await outcomeOf(changed)).toBeInstanceOf(ServiceError);
  });

  test("is refused with the time of signing changed", async () => {
    const request = await signAsClient(call, options);
    const later = "20261123T101011Z";
    const changed =
      form === "header"
        ? withHeader(request, "X-Amz-Date", later)
        : withParameter(request, "X-Amz-Date", later);
    expect(await outcomeOf(changed)).toBeInstanceOf(ServiceError);
  });

  test("is refused with any one letter or digit changed that the signature covers", async () => {
    const request = await signAsClient(call, options);
    const spots = spotsOf(request);
    expect(spots.length).toBeGreaterThan(300);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...spots), fc.nat(34), async (spot, by) => {
        expect(await outcomeOf(spot(by))).toBeInstanceOf(ServiceError);
      }),
      { numRuns: 1000 },
    );
  });
});

test("a presigned request is refused with more time than it was signed for", async () => {
  const request = await signAsClient(call, { ...client, expiresIn: 300 });
  expect(await outcomeOf(withParameter(request, "X-Amz-Expires", "301"))).toBeInstanceOf(
    ServiceError,
  );
});

/** What comes of a request: who sent it, or what was thrown. */
async function outcomeOf(request: SignedRequest): Promise<unknown> {
  try {
    return await identify(request, expected, keysOf(credentials));
  } catch (error) {
    return error;
  }
}

/** Every letter and digit of target, signed headers, Authorization and body, each with a way to change it. */
function spotsOf(request: SignedRequest): ((by: number) => SignedRequest)[] {
  const inTarget = places(request.target).map((at) => (by: number) => ({
    ...request,
    target: exchanged(request.target, at, by),
  }));
  const inHeaders = request.rawHeaders.flatMap((text, index) =>
    places(text).map((at) => (by: number) => {
      const rawHeaders = request.rawHeaders.with(index, exchanged(text, at, by));
      return { ...request, rawHeaders };
    }),
  );
  const body = Buffer.from(request.body).toString("latin1");
  const inBody = places(body).map((at) => (by: number) => {
    return { ...request, body: Buffer.from(exchanged(body, at, by), "latin1") };
  });
  return [...inTarget, ...inHeaders, ...inBody];
}

function places(text: string): number[] {
  return Array.from(text.matchAll(/[a-z0-9]/gi), (match) => match.index);
}

/** Another of the 36 letters and digits, never the same in other case: names may differ in that. */
function exchanged(text: string, at: number, by: number): string {
  const digit = Number.parseInt(text[at] ?? "", 36);
  const other = ((digit + 1 + by) % 36).toString(36);
  return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
}

function retarget(request: SignedRequest, from: string, to: string): SignedRequest {
  return { ...request, target: request.target.replace(from, to) };
}

function addHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  return { ...request, rawHeaders: [...request.rawHeaders, name, value] };
}

/** Changes the signature's own words, wherever they stand. */
function inScope(request: SignedRequest, from: string | RegExp, to: string): SignedRequest {
  if (headerOf(request, "authorization") === "") {
    return { ...request, target: request.target.replace(from, to) };
  }
  return withAuthorization(request, (header) => header.replace(from, to));
}
