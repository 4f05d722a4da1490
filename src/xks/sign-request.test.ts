import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { expect, test } from "vitest";
import { SigningKey } from "../service/signing-key.ts";
import { scopeDate, signedHeaders } from "./sign-request.ts";

const accessKeyId = "BETWEENTWENTYANDTHIRTYCH";
const secretAccessKey = "notASecret/notASecret+notASecret=notASecret0";
const atMs = Date.UTC(2026, 2, 1, 23, 59, 59, 999);

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

class Sha256 {
  #hash: ReturnType<typeof createHash>;
  constructor(key?: string | Uint8Array) {
    this.#hash = (key === undefined ? createHash("sha256") : createHmac("sha256", key)) as never;
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

test("signs what the AWS SDK's signer signs", async () => {
  const request = {
    host: "proxy.example",
    path: "/a_b-c/kms/xks/v1/keys/key.1_A-b/encrypt",
    body: JSON.stringify({ requestMetadata: { awsPrincipalArn: "arn:aws:iam::1:user/é" } }),
    accessKeyId,
    region: "eu-west-1",
    atMs,
  };
  const scope = ["20260301", "eu-west-1", "kms-xks-proxy", "aws4_request"];
  const derived = scope.reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`));
  const ours = signedHeaders(request, new SigningKey(derived));

  const signer = new SignatureV4({
    service: "kms-xks-proxy",
    region: request.region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256 as never,
    applyChecksum: false,
  });
  const theirs = await signer.sign(
    {
      method: "POST",
      protocol: "https:",
      hostname: request.host,
      path: request.path,
      headers: { "content-type": "application/json", host: request.host },
      body: request.body,
    },
    { signingDate: new Date(atMs) },
  );
  expect(ours["authorization"]).toBe(theirs.headers["authorization"]);
  expect(ours["x-amz-date"]).toBe("20260301T235959Z");
});

test("the date of a scope is the one in UTC", () => {
  expect(scopeDate(atMs)).toBe("20260301");
  expect(scopeDate(atMs + 1)).toBe("20260302");
});
