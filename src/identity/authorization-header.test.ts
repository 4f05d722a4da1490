import { expect, test } from "vitest";
import { parseAuthorizationHeader } from "./authorization-header.ts";

const front = (accessKeyId: string) =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260301/us-east-1/kms/aws4_request, ` +
  "SignedHeaders=host;x-amz-date, Signature=";
const signature = (digit: string) => digit.repeat(64);

test("is read the same the first time and later, but for its signature", () => {
  const first = parseAuthorizationHeader(front("one") + signature("a"));
  const second = parseAuthorizationHeader(front("one") + signature("b"));
  expect(first).toEqual({
    algorithm: "AWS4-HMAC-SHA256",
    credential: "one/20260301/us-east-1/kms/aws4_request",
    signedHeaders: "host;x-amz-date",
    signature: signature("a"),
    malformed: undefined,
  });
  expect(second).toEqual({ ...first, signature: signature("b") });
});

test.each([
  ["another parameter", `${"a".repeat(60)},b=c`],
  ["blanks", `${"a".repeat(60)}    `],
  ["capitals", "A".repeat(64)],
])("is read whole where the signature is followed by %s", (_what, end) => {
  const known = front(`known${end.slice(-1)}`);
  const anew = front(`anew-${end.slice(-1)}`);
  parseAuthorizationHeader(known + signature("a"));
  const { credential: _one, ...later } = parseAuthorizationHeader(known + end);
  const { credential: _other, ...first } = parseAuthorizationHeader(anew + end);
  expect(later).toEqual(first);
});

test("is malformed each time where its signature stands twice", () => {
  const twice = front("two").replace("SignedHeaders", "Signature=a, SignedHeaders");
  for (const digit of ["a", "b"]) {
    const { malformed } = parseAuthorizationHeader(twice + signature(digit));
    expect(malformed).toBe(`Signature=${signature(digit)}`);
  }
});
