/**
 * AWS's own test suite of Signature Version 4 (awslabs/aws-c-auth, Apache-2.0) and the
 * examples of the S3 documentation, where the vectors lie beside the repository.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { canonicalHeaders } from "../../src/identity/canonical-headers.ts";
import { canonicalQuery, parseQuery } from "../../src/identity/canonical-query.ts";
import {
  canonicalRequest,
  hashCanonicalRequest,
  hashPayload,
} from "../../src/identity/canonical-request.ts";
import { canonicalUri, encodePath } from "../../src/identity/canonical-uri.ts";
import { readHeaderFields } from "../../src/identity/header-fields.ts";
import { identify } from "../../src/identity/identify.ts";
import { splitTarget } from "../../src/identity/signed-request.ts";
import type { SignedRequest } from "../../src/identity/signed-request.ts";
import { parseSignedHeaders } from "../../src/identity/signed-headers.ts";
import { stringToSign } from "../../src/identity/string-to-sign.ts";
import { bytewise, deriveSigningKey, expecting, keysOf } from "./sigv4-client.ts";

const vectors = path.resolve(import.meta.dirname, "../../../shared/vectors/sigv4");
const suiteFile = path.join(vectors, "sigv4-test-suite.json");
const s3File = path.join(vectors, "s3-sigv4-documented-examples.json");

interface Expected {
  readonly canonicalRequest: string;
  readonly stringToSign: string;
  readonly signature: string;
  readonly signedRequest: string;
}

interface Case {
  readonly name: string;
  readonly context: {
    readonly credentials: {
      readonly access_key_id: string;
      readonly secret_access_key: string;
      readonly token?: string;
    };
    readonly normalize: boolean;
    readonly region: string;
    readonly service: string;
    readonly timestamp: string;
  };
  readonly header: Expected;
  readonly query: Expected;
}

interface S3Examples {
  readonly credentials: { readonly secretAccessKey: string };
  readonly region: string;
  readonly service: string;
  readonly amzDate: string;
  readonly cases: readonly Omit<Expected & { readonly name: string }, "signedRequest">[];
}

const suite = existsSync(suiteFile) ? readCases(suiteFile) : [];
const forms = suite.flatMap((one) =>
  (["header", "query"] as const).map((form) => ({ ...one, form, expected: one[form] })),
);
const identifiable = forms.filter(
  ({ context }) => context.normalize && context.credentials.token === undefined,
);
const withToken = forms.filter(({ context }) => context.credentials.token !== undefined);

describe.skipIf(suite.length === 0)("the SigV4 test suite", () => {
  test("has its 38 cases in two forms each", () => {
    expect(forms).toHaveLength(76);
    expect(identifiable.length + withToken.length).toBeGreaterThan(60);
  });

  test.each(forms)("$name, $form: every step gives what AWS's does", ({ context, expected }) => {
    const request = parseRequest(expected.signedRequest);
    const { query = "", path: requestPath } = splitTarget(request.target);
    const signedHeaders = expected.canonicalRequest.split("\n").at(-2) ?? "";
    const signed = parseSignedHeaders(signedHeaders);
    const canonical = canonicalRequest({
      method: request.method,
      uri: context.normalize ? canonicalUri(requestPath) : encodePath(requestPath),
      query: canonicalQuery(signedParameters(query, expected)),
      headers: (signed && canonicalHeaders(readHeaderFields(request.rawHeaders), signed)) ?? "",
      signedHeaders,
      payloadHash: hashPayload(request.body),
    });
    expect(canonical).toBe(expected.canonicalRequest);
    const [, timestamp = "", scope = ""] = expected.stringToSign.split("\n");
    const text = stringToSign({
      timestamp,
      scope,
      canonicalRequestHash: hashCanonicalRequest(canonical),
    });
    expect(text).toBe(expected.stringToSign);
    const { region, service, credentials } = context;
    const secret = credentials.secret_access_key;
    const key = deriveSigningKey(secret, { date: timestamp.slice(0, 8), region, service });
    expect(key.sign(text)).toBe(expected.signature);
  });

  test.each(identifiable)("$name, $form: identifies the caller", async (one) => {
    const { region, service, credentials, timestamp } = one.context;
    const identified = await identify(
      parseRequest(one.expected.signedRequest),
      expecting(service, region, Date.parse(timestamp)),
      keysOf(credentialsOf(credentials)),
    );
    expect(identified.region).toBe(region);
    expect(identified.caller.accessKeyId).toBe(credentials.access_key_id);
  });

  test.each(withToken)("$name, $form: refuses the session token", async (one) => {
    const { region, service, credentials, timestamp } = one.context;
    const attempt = identify(
      parseRequest(one.expected.signedRequest),
      expecting(service, region, Date.parse(timestamp)),
      keysOf(credentialsOf(credentials)),
    );
    await expect(attempt).rejects.toMatchObject({ code: "UnrecognizedClientException" });
  });
});

describe.skipIf(!existsSync(s3File))("the examples of the S3 documentation", () => {
  const examples = existsSync(s3File) ? readExamples(s3File) : undefined;

  test("are all there", () => {
    expect(examples?.cases).toHaveLength(6);
  });

  test.each(examples?.cases ?? [])("$name", (one) => {
    const { region = "", service = "", amzDate = "", credentials } = examples ?? {};
    const date = amzDate.slice(0, 8);
    const text = stringToSign({
      timestamp: amzDate,
      scope: `${date}/${region}/${service}/aws4_request`,
      canonicalRequestHash: hashCanonicalRequest(one.canonicalRequest),
    });
    expect(text).toBe(one.stringToSign);
    const key = deriveSigningKey(credentials?.secretAccessKey ?? "", { date, region, service });
    expect(key.sign(text)).toBe(one.signature);
  });
});

function readCases(file: string): readonly Case[] {
  return (JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] }).cases;
}

function readExamples(file: string): S3Examples {
  return JSON.parse(readFileSync(file, "utf8")) as S3Examples;
}

function credentialsOf(credentials: Case["context"]["credentials"]) {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = credentials;
  return { accessKeyId, secretAccessKey };
}

/** One case adds its session token after signing, so the signature does not cover it. */
function signedParameters(query: string, expected: Expected) {
  const covered = expected.canonicalRequest.split("\n")[2] ?? "";
  return parseQuery(query).filter(
    ({ name }) =>
      name !== "X-Amz-Signature" &&
      (name !== "X-Amz-Security-Token" || covered.includes("X-Amz-Security-Token")),
  );
}

/** Reads a request of the suite as Node would, folded header lines included. */
function parseRequest(text: string): SignedRequest {
  const split = text.indexOf("\n\n");
  const [start = "", ...lines] = text
    .slice(0, split)
    .replaceAll(/\n[ \t]+/g, " ")
    .split("\n");
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon), bytewise(line.slice(colon + 1).trim())];
  });
  const target = start.slice(start.indexOf(" ") + 1, start.lastIndexOf(" "));
  return {
    method: start.slice(0, start.indexOf(" ")),
    target: bytewise(target),
    rawHeaders,
    body: Buffer.from(text.slice(split + 2)),
  };
}
