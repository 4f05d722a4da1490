/** Signed requests, as bytes ready for the wire. */
import { randomUUID } from "node:crypto";
import { createSigner } from "./sigv4.mjs";

/** Signs a call of KMS once for each input, now: the signatures count for five minutes. */
export function signedRequests({ credentials, host }, name, inputs, path = "/") {
  const sign = createSigner({ ...credentials, host });
  return inputs.map((input) => requestBytes(sign, name, JSON.stringify(input), path));
}

function requestBytes(sign, name, body, path) {
  const headers = {
    ...sign(`TrentService.${name}`, body),
    "user-agent": "aws-sdk-js/3.1164.0 ua/2.1 os/linux lang/js md/nodejs#24.21.0 api/kms#3.1164.0",
    "amz-sdk-invocation-id": randomUUID(),
    "amz-sdk-request": "attempt=1; max=3",
    "content-length": Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([field, value]) => `${field}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}
