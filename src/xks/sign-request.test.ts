import { expect, test } from "vitest";
import { deriveSigningKey, signAsClient } from "../../test/vectors/sigv4-client.ts";
import { headerOf } from "../../test/vectors/sigv4-edits.ts";
import { scopeDate, signedHeaders, signingService } from "./sign-request.ts";

const accessKeyId = "BETWEENTWENTYANDTHIRTYCH";
const secretAccessKey = "notASecret/notASecret+notASecret=notASecret0";
const atMs = Date.UTC(2026, 2, 1, 23, 59, 59, 999);

test("signs what the AWS SDK's signer signs", async () => {
  const request = {
    host: "proxy.example",
    path: "/a_b-c/kms/xks/v1/keys/key.1_A-b/encrypt",
    body: JSON.stringify({ requestMetadata: { awsPrincipalArn: "arn:aws:iam::1:user/é" } }),
    accessKeyId,
    region: "eu-west-1",
    atMs,
  };
  const scope = { date: "20260301", region: request.region, service: signingService };
  const ours = signedHeaders(request, deriveSigningKey(secretAccessKey, scope));

  const theirs = await signAsClient(
    {
      method: "POST",
      path: request.path,
      query: {},
      headers: { "content-type": "application/json", host: request.host },
      body: Buffer.from(request.body),
    },
    {
      credentials: { accessKeyId, secretAccessKey },
      region: request.region,
      service: "kms-xks-proxy",
      signedAtMs: atMs,
      applyChecksum: false,
    },
  );
  expect(ours["authorization"]).toBe(headerOf(theirs, "authorization"));
  expect(ours["x-amz-date"]).toBe("20260301T235959Z");
});

test("the date of a scope is the one in UTC", () => {
  expect(scopeDate(atMs)).toBe("20260301");
  expect(scopeDate(atMs + 1)).toBe("20260302");
});
