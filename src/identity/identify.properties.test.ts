/** AWS's own signer and this verifier agree on every request; garbage is refused, never a defect. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expecting, keysOf, signAsClient } from "../../test/vectors/sigv4-client.ts";
import { withHeader } from "../../test/vectors/sigv4-edits.ts";
import { ServiceError } from "../service/service-error.ts";
import { identify } from "./identify.ts";
import type { SignedRequest } from "./signed-request.ts";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "kept-by-the-vault" };
const signedAtMs = Date.UTC(2026, 10, 23, 10, 10, 10);
const expected = expecting("kms", "eu-west-1", signedAtMs);

// What canonicalisation may trip over: blanks, separators, percent signs, bytes beyond ASCII.
const characters = Array.from("aZ09 \t,;:=&?/+%\"'()*!~-._@|éሴ😀");
const text = fc.string({ unit: fc.constantFrom(...characters), maxLength: 12 });
const headerNames = fc.constantFrom(
  "a",
  "content-type",
  "my-header1",
  "x-amz-meta-a",
  "x-amz-meta-b",
  "zone",
);
const segments = fc.constantFrom(
  "",
  ".",
  "..",
  "a",
  "%20",
  "%2F",
  "%e1%88%b4",
  "a+b",
  "~x",
  "(1)",
  "é",
);

const requests = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE"),
  path: fc.array(segments, { maxLength: 5 }).map((path) => `/${path.join("/")}`),
  query: fc.dictionary(text, fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  headers: fc
    .dictionary(headerNames, text, { noNullPrototype: true })
    .map((headers) => ({ ...headers, host: "kms.keyhaven.internal:8443" })),
  body: fc.uint8Array({ maxLength: 64 }),
});

const ways = fc.record({
  applyChecksum: fc.boolean(),
  expiresIn: fc.option(fc.integer({ min: 1, max: 604_800 }), { nil: undefined }),
});

test("every request that AWS's signer signs is identified", async () => {
  await fc.assert(
    fc.asyncProperty(requests, ways, async (request, { applyChecksum, expiresIn }) => {
      const signed = await signAsClient(request, {
        credentials,
        region: "eu-west-1",
        service: "kms",
        signedAtMs,
        applyChecksum,
        ...(expiresIn !== undefined && { expiresIn }),
      });
      const { caller } = await identify(signed, expected, keysOf(credentials));
      expect(caller.accessKeyId).toBe(credentials.accessKeyId);
    }),
    { numRuns: 1000 },
  );
});

describe("garbage ends in a refusal and in nothing else:", () => {
  // Enough of the real words that the garbage gets past the first check.
  const words = fc.constantFrom(
    ..."AWS4-HMAC-SHA256| |Credential=|SignedHeaders=|Signature=|,|/|;|=|host|x-amz-date|%2F".split(
      "|",
    ),
    "AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/kms/aws4_request",
    "host;x-amz-date",
    "a".repeat(64),
    "20261123T101010Z",
  );
  const byte = fc.nat(255).map((code) => String.fromCharCode(code));
  const garbage = fc.array(fc.oneof({ weight: 4, arbitrary: words }, byte), { maxLength: 14 });
  const signed: SignedRequest = {
    method: "POST",
    target: "/",
    rawHeaders: ["Host", "kms", "X-Amz-Date", "20261123T101010Z"],
    body: Buffer.from("{}"),
  };

  test("10,000 Authorization headers", async () => {
    const begun = fc.oneof(fc.constant("AWS4-HMAC-SHA256 "), fc.constant(""));
    await fc.assert(
      fc.asyncProperty(begun, garbage, async (start, parts) => {
        expect(
          await outcomeOf(withHeader(signed, "Authorization", `${start}${parts.join("")}`)),
        ).toBeInstanceOf(ServiceError);
      }),
      { numRuns: 10_000, seed: 20_261_123 },
    );
  });

  test("5,000 queries", async () => {
    const names = fc.constantFrom(
      ..."Algorithm Credential Date Expires SignedHeaders Signature Security-Token".split(" "),
    );
    const parameters = fc.array(fc.tuple(names, garbage), { maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(parameters, garbage, async (pairs, rest) => {
        const query = pairs.map(([name, value]) => `X-Amz-${name}=${value.join("")}`);
        expect(
          await outcomeOf({ ...signed, target: `/?${[...query, rest.join("")].join("&")}` }),
        ).toBeInstanceOf(ServiceError);
      }),
      { numRuns: 5000, seed: 20_261_123 },
    );
  });
});

/** What comes of a request: who sent it, or what was thrown. */
async function outcomeOf(request: SignedRequest): Promise<unknown> {
  try {
    return await identify(request, expected, keysOf(credentials));
  } catch (error) {
    return error;
  }
}
