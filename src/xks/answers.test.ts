import {
  anything,
  assert,
  constantFrom,
  integer,
  jsonValue,
  oneof,
  property,
  string,
} from "fast-check";
import { describe, expect, test } from "vitest";
import { hasFailed, xksErrorNames } from "../service/external-keys.ts";
import {
  type ProxyResponse,
  readCiphertext,
  readHealth,
  readMetadata,
  readPlaintext,
  readResponse,
} from "./answers.ts";

describe("whatever a proxy sends", () => {
  const bodies = oneof(
    string(),
    jsonValue().map((value) => JSON.stringify(value)),
  );

  test("is members, or a failure that is known, and never an exception", () => {
    const known = new Set<string>([...xksErrorNames, "uninterpretable", "unhealthy"]);
    const statuses = integer({ min: 0, max: 999 });
    assert(
      property(statuses, bodies, integer({ min: 0, max: 64 }), (status, body, length) => {
        const failures = readAll({ status, body }, length).filter(hasFailed);
        expect(failures.every(({ failed }) => known.has(failed))).toBe(true);
      }),
    );
  });

  test("members of any type are read or refused", () => {
    const names = constantFrom(
      "ekmFleetDetails",
      "keySpec",
      "keyUsage",
      "keyStatus",
      "ciphertext",
      "initializationVector",
      "authenticationTag",
      "ciphertextMetadata",
      "plaintext",
    );
    assert(
      property(names, anything(), (name, value) => {
        const members = { ...encrypted, ...metadata, [name]: value };
        readHealth(members);
        readMetadata(members);
        readCiphertext(members, 4);
        readPlaintext(members, 4);
      }),
    );
  });
});

function readAll(response: ProxyResponse, length: number): readonly object[] {
  const read = readResponse(response);
  if (hasFailed(read)) return [read];
  return [
    readHealth(read.members),
    readMetadata(read.members),
    readCiphertext(read.members, length),
    readPlaintext(read.members, length),
  ];
}

const bytes = (length: number): string => Buffer.alloc(length, 1).toString("base64");
const encrypted = {
  ciphertext: bytes(4),
  initializationVector: bytes(12),
  authenticationTag: bytes(16),
};
const metadata = { keySpec: "AES_256", keyUsage: ["ENCRYPT"], keyStatus: "ENABLED" };

describe("a response", () => {
  test.each(xksErrorNames)("that names %s is that failure", (errorName) => {
    const body = JSON.stringify({ errorName });
    expect(readResponse({ status: 400, body })).toEqual({ failed: errorName });
  });

  test.each([
    [400, { errorName: "toString" }],
    [400, { errorName: ["InternalException"] }],
    [400, {}],
    [302, { errorName: "InternalException" }],
    [201, { plaintext: "" }],
    [204, {}],
  ])("of status %d with %j cannot be interpreted", (status, body) => {
    const response = readResponse({ status, body: JSON.stringify(body) });
    expect(response).toEqual({ failed: "uninterpretable" });
  });

  test("that claims to have failed as only we can has members like any other", () => {
    const response = readResponse({ status: 200, body: '{"failed":"timed-out"}' });
    expect(hasFailed(response)).toBe(false);
  });
});

describe("a ciphertext", () => {
  test("has no metadata when none is sent", () => {
    expect(readCiphertext(encrypted, 4)).toMatchObject({ metadata: Buffer.alloc(0) });
  });

  test.each([
    ["a vector of 11 bytes", { initializationVector: bytes(11) }],
    ["a vector of 17 bytes", { initializationVector: bytes(17) }],
    ["a short tag", { authenticationTag: bytes(12) }],
    ["another length than the plaintext", { ciphertext: bytes(5) }],
    ["metadata that no blob has room for", { ciphertextMetadata: bytes(256) }],
    ["the URL alphabet", { ciphertext: "_w-_AQ==" }],
    ["no padding", { ciphertext: "AQEBAQ" }],
  ])("cannot be interpreted with %s", (_what, changes) => {
    expect(readCiphertext({ ...encrypted, ...changes }, 4)).toEqual({ failed: "uninterpretable" });
  });
});
