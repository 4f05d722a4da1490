/**
 * Known answers for Signature Version 4, so that the proof does not hang on files outside
 * the repository. Signatures from awslabs/aws-c-auth tests/aws-signing-test-suite/v4
 * (Apache-2.0); requests and keys as the AWS documentation prints them.
 */
import { describe, expect, test } from "vitest";
import { identify } from "../../src/identity/identify.ts";
import { SigningKey } from "../../src/service/signing-key.ts";
import { deriveSigningKey, expecting, keysOf, root } from "./sigv4-client.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const scope = "20150830/us-east-1/service/aws4_request";
const expected = expecting("service", "us-east-1", Date.UTC(2015, 7, 30, 12, 36, 0));

const identified = { caller: { ...root, accessKeyId: "AKIDEXAMPLE" }, region: "us-east-1" };

const ownHeaders = { Host: ["example.amazonaws.com"], "X-Amz-Date": ["20150830T123600Z"] };
const formHash = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";

const headerCases = [
  {
    name: "nothing but host and date",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "repeated headers",
    headers: { "My-Header1": ["value2", "value2", "value1"] },
    signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
  },
  {
    name: "blanks in header values",
    headers: { "My-Header1": [" value1"], "My-Header2": [' "a   b   c"'] },
    signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
  },
  {
    name: "dot segments in the path",
    target: "/example1/example2/../..",
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "a body",
    method: "POST",
    headers: {
      "Content-Type": ["application/x-www-form-urlencoded"],
      "Content-Length": ["13"],
      "x-amz-content-sha256": [formHash],
    },
    body: "Param1=value1",
    signature: "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
  },
];

describe("identify verifies the documented signature of", () => {
  test.each(headerCases)("$name, in the header", async (one) => {
    const { method = "GET", target = "/", headers = {}, body = "", signature } = one;
    const fields = { ...ownHeaders, ...headers };
    const signed = Object.keys(fields).map((name) => name.toLowerCase());
    const rawHeaders = Object.entries(fields).flatMap(([name, values]) =>
      values.flatMap((value) => [name, value]),
    );
    rawHeaders.push("Authorization", authorization(signed.toSorted().join(";"), signature));
    const request = { method, target, rawHeaders, body: Buffer.from(body) };
    await expect(identify(request, expected, keysOf(credentials))).resolves.toEqual(identified);
  });

  test("a presigned request", async () => {
    const signature = "2ce6e6d2e0cf2f9d1b55fafec88cd20574c31dc2e7631979f71ba2310083e95b";
    const query = [
      "X-Amz-Algorithm=AWS4-HMAC-SHA256",
      `X-Amz-Credential=AKIDEXAMPLE%2F${encodeURIComponent(scope)}`,
      "X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600",
      `X-Amz-Signature=${signature}`,
    ];
    const rawHeaders = ["Host", "example.amazonaws.com"];
    const target = `/?${query.join("&")}`;
    const request = { method: "POST", target, rawHeaders, body: Buffer.alloc(0) };
    await expect(identify(request, expected, keysOf(credentials))).resolves.toEqual(identified);
  });
});

test("the signing key is derived as in the AWS documentation's example", () => {
  const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const key = deriveSigningKey(secret, { date: "20150830", region: "us-east-1", service: "iam" });
  const documented = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
  expect(key.sign("text")).toBe(new SigningKey(Buffer.from(documented, "hex")).sign("text"));
});

function authorization(signedHeaders: string, signature: string): string {
  const credential = `Credential=AKIDEXAMPLE/${scope}`;
  return `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}
