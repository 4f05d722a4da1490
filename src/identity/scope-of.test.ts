import { describe, expect, test } from "vitest";
import { scopeOf } from "./scope-of.ts";

const credential = "AKIAIOSFODNN7EXAMPLE/20261123/eu-west-1/kms/aws4_request";
const scope = { service: "kms", region: "eu-west-1" };

describe("the scope of a request", () => {
  test("is read from the Authorization header, and needs no more than the credential", () => {
    const rawHeaders = [
      "Host",
      "kms",
      "AUTHORIZATION",
      `AWS4-HMAC-SHA256 Credential=${credential}`,
    ];
    expect(scopeOf({ target: "/", rawHeaders })).toEqual(scope);
  });

  test("is read from a presigned query", () => {
    const target = `/?a=1&X-Amz-Credential=${encodeURIComponent(credential)}`;
    expect(scopeOf({ target, rawHeaders: ["Host", "kms"] })).toEqual(scope);
  });

  test("is not read from a header's value", () => {
    const rawHeaders = ["x", "authorization", `AWS4-HMAC-SHA256 Credential=${credential}`, "y"];
    expect(scopeOf({ target: "/", rawHeaders })).toBeUndefined();
  });

  test.each([
    ["/", ""],
    ["/?X-Amz-Credential=", ""],
    ["/?X-Amz-Credential=a/b/c", ""],
    ["/", "Bearer a/b/c/d/e"],
    ["/", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f"],
  ])("is nothing for %j with the header %j", (target, header) => {
    expect(scopeOf({ target, rawHeaders: ["Authorization", header] })).toBeUndefined();
  });
});
