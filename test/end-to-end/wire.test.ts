import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClientOptions, deriveSigningKey, signAsClient } from "../vectors/sigv4-client.ts";
import {
  type Credentials,
  type KeyhavenProcess,
  keyhaven as runCommand,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const awsJson = "application/x-amz-json-1.1";
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const minuteMs = 60_000;

const scratch = temporaryDirectory();
let server: KeyhavenProcess;
/** The first account, and one that was made later. */
let ours: Credentials;
let theirs: Credentials;

beforeAll(async () => {
  const dataDirectory = path.join(scratch, "data");
  server = await startKeyhavenProcess({ dataDirectory });
  ours = server.credentials;
  const options = ["--name", "other", "--data-dir", dataDirectory, "--json"];
  const { output } = await runCommand("account", "create", ...options);
  theirs = JSON.parse(output) as Credentials;
});
afterAll(async () => {
  await server?.stop();
  removeDirectory(scratch);
});

interface HttpAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Body = string | Uint8Array | Readonly<Record<string, unknown>>;

interface Exchange {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly body?: Uint8Array;
}

/** One request on a connection of its own, its header fields exactly as given. */
async function exchange({ method = "POST", target = "/", ...sent }: Exchange): Promise<HttpAnswer> {
  const request = httpRequest({
    host: "127.0.0.1",
    port: server.port,
    method,
    path: target,
    headers: [
      ...(sent.headers ?? ["host", "localhost"]),
      "content-length",
      String(sent.body?.length ?? 0),
    ],
    agent: false,
  });
  request.end(sent.body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString("utf8");
  return { status: response.statusCode, headers: response.headers, body };
}

function headersOf(operation: string): Record<string, string> {
  return {
    host: new URL(server.url).host,
    "content-type": awsJson,
    "x-amz-target": `TrentService.${operation}`,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** As signatures have it: yyyyMMdd'T'HHmmss'Z'. */
function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

/** A request that names an operation and nobody who asks for it. */
async function unsigned(target: string): Promise<HttpAnswer> {
  const headers = { ...headersOf("ListKeys"), "x-amz-target": target };
  return await exchange({ headers: Object.entries(headers).flat(), body: Buffer.from("{}") });
}

/**
 * A request that carries its signature in the query, good for a minute. AWS's signer would
 * move X-Amz-Target to the query as well, where no JSON service looks for it.
 */
function presigned(operation: string, text: string, signedAtMs = Date.now()): Exchange {
  const headers = headersOf(operation);
  const names = Object.keys(headers).toSorted();
  const scope = { date: timestamp(signedAtMs).slice(0, 8), region: ours.region, service: "kms" };
  const place = `${scope.date}/${scope.region}/kms/aws4_request`;
  const query = Object.entries({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${ours.accessKeyId}/${place}`,
    "X-Amz-Date": timestamp(signedAtMs),
    "X-Amz-Expires": "60",
    "X-Amz-SignedHeaders": names.join(";"),
  })
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  const fields = names.map((name) => `${name}:${headers[name] ?? ""}\n`).join("");
  const canonical = `POST\n/\n${query}\n${fields}\n${names.join(";")}\n${sha256(text)}`;
  const toSign = ["AWS4-HMAC-SHA256", timestamp(signedAtMs), place, sha256(canonical)].join("\n");
  const signature = deriveSigningKey(ours.secretAccessKey, scope).sign(toSign);
  return {
    target: `/?${query}&X-Amz-Signature=${signature}`,
    headers: Object.entries(headers).flat(),
    body: Buffer.from(text),
  };
}

function bytesOf(body: Body): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** A KMS call, signed unless told otherwise as the first account would sign it now. */
async function call(
  operation: string,
  input: Body,
  options: Partial<ClientOptions> = {},
): Promise<HttpAnswer> {
  const body = bytesOf(input);
  const request = { method: "POST", path: "/", query: {}, headers: headersOf(operation), body };
  const { target, rawHeaders } = await signAsClient(request, {
    credentials: ours,
    region: ours.region,
    service: "kms",
    signedAtMs: Date.now(),
    ...options,
  });
  return await exchange({ target, headers: rawHeaders, body });
}

/** The output of a call that succeeds. */
async function answered(
  operation: string,
  input: Body,
  options: Partial<ClientOptions> = {},
): Promise<Record<string, unknown>> {
  const { status, body } = await call(operation, input, options);
  expect([status, status === 200 ? "" : body]).toEqual([200, ""]);
  return JSON.parse(body) as Record<string, unknown>;
}

async function newKey(options: Partial<ClientOptions> = {}): Promise<string> {
  const { KeyMetadata } = await answered("CreateKey", {}, options);
  return (KeyMetadata as { readonly KeyId: string }).KeyId;
}

async function encrypted(
  KeyId: string,
  options: Partial<ClientOptions> = {},
  rest: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const input = { KeyId, Plaintext: base64("secret"), ...rest };
  return (await answered("Encrypt", input, options))["CiphertextBlob"];
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function keyArn(keyId: string, { accountId, region }: Credentials): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

function refused(code: string, message?: string, member: "message" | "Message" = "message") {
  const text = message === undefined ? "" : `,"${member}":${JSON.stringify(message)}`;
  return { status: 400, body: `{"__type":"${code}"${text}}` };
}

function notFound(keyId: string) {
  return refused("NotFoundException", `Key '${keyArn(keyId, ours)}' does not exist`);
}

function unknownResource(action: string) {
  return refused(
    "AccessDeniedException",
    `User: arn:aws:iam::${ours.accountId}:root is not authorized to perform: kms:${action} on this ` +
      "resource because the resource does not exist in this Region, no resource-based policies " +
      "allow access, or a resource-based policy explicitly denies access",
    "Message",
  );
}

function unreadable(message: string) {
  return refused("SerializationException", message);
}

const missingToken = refused(
  "MissingAuthenticationTokenException",
  "Request is missing Authentication Token",
);

/** What every answer carries, whatever it says. */
function expectCommonHeaders({ headers, body }: HttpAnswer): void {
  expect(headers).toMatchObject({
    "x-amzn-requestid": expect.stringMatching(uuid),
    "content-type": awsJson,
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-cache, no-store, must-revalidate, private",
    pragma: "no-cache",
    expires: "0",
  });
}

describe("An answer", () => {
  let KeyId: string;

  beforeAll(async () => {
    KeyId = await newKey();
  });

  test.each([
    ["CreateAlias", { AliasName: "alias/wire" }, "TargetKeyId"],
    ["UpdateAlias", { AliasName: "alias/wire" }, "TargetKeyId"],
    ["DeleteAlias", { AliasName: "alias/wire" }, undefined],
    ["DisableKey", {}, "KeyId"],
    ["EnableKey", {}, "KeyId"],
    ["EnableKeyRotation", {}, "KeyId"],
    ["DisableKeyRotation", {}, "KeyId"],
    ["UpdateKeyDescription", { Description: "wire" }, "KeyId"],
    ["TagResource", { Tags: [{ TagKey: "a", TagValue: "b" }] }, "KeyId"],
    ["UntagResource", { TagKeys: ["a"] }, "KeyId"],
  ])("without output is 200 with no body for %s", async (operation, rest, member) => {
    const input = member === undefined ? rest : { ...rest, [member]: KeyId };
    const answer = await call(operation, input);
    expect(answer).toMatchObject({ status: 200, body: "" });
    expect(answer.headers["content-length"]).toBe("0");
    expectCommonHeaders(answer);
  });

  test("carries the same header fields with output, refused and unsigned", async () => {
    const answers = [
      await call("ListKeys", {}),
      await call("GenerateRandom", { NumberOfBytes: 16 }),
      await call("DescribeKey", { KeyId: randomUUID() }),
      await call("NoSuchOperation", {}),
      await unsigned("TrentService.ListKeys"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 400, 400]);
    for (const answer of answers) expectCommonHeaders(answer);
    const requestIds = answers.map(({ headers }) => headers["x-amzn-requestid"]);
    expect(new Set(requestIds).size).toBe(answers.length);
  });

  test("that refuses is exact to the byte", async () => {
    const keyId = randomUUID();
    expect(await call("DescribeKey", { KeyId: keyId })).toMatchObject(notFound(keyId));
    expect(await call("DescribeKey", { KeyId: "nope" })).toMatchObject(
      refused("NotFoundException", "Invalid keyId 'nope'"),
    );
    expect(await call("GenerateRandom", { NumberOfBytes: 1025 })).toMatchObject(
      refused(
        "ValidationException",
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy " +
          "constraint: Member must have value less than or equal to 1024",
      ),
    );
    expect(await call("Decrypt", { CiphertextBlob: base64("no ciphertext") })).toMatchObject(
      refused("InvalidCiphertextException"),
    );
    expect(await call("NoSuchOperation", {})).toMatchObject(refused("UnknownOperationException"));
  });
});

describe("A signature", () => {
  const mismatch = refused(
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your " +
      "AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
  const unknownToken = refused(
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
  );

  test("counts in the query as well", async () => {
    const answer = await exchange(presigned("ListKeys", "{}"));
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { Keys: expect.any(Array), Truncated: false },
    ]);
    expectCommonHeaders(answer);
  });

  test("in the query counts no longer than it says", async () => {
    const answer = await exchange(presigned("ListKeys", "{}", Date.now() - 2 * minuteMs));
    expect(answer.body).toMatch(
      /^\{"__type":"InvalidSignatureException","message":"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 1 min\.\)"\}$/,
    );
  });

  test.each([
    [14, 200, "<GetCallerIdentityResult>"],
    [-14, 200, "<GetCallerIdentityResult>"],
    [16, 403, / - 15 min\.\)/],
    [-16, 403, / \+ 15 min\.\)/],
  ])("made for STS %i minutes ago is answered with %i", async (minutes, status, text) => {
    const body = Buffer.from("Action=GetCallerIdentity&Version=2011-06-15");
    const headers = {
      host: `127.0.0.1:${server.port}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const options = { credentials: ours, region: ours.region, service: "sts" };
    const { rawHeaders } = await signAsClient(
      { method: "POST", path: "/", query: {}, headers, body },
      { ...options, signedAtMs: Date.now() - minutes * minuteMs },
    );
    const answer = await exchange({ headers: rawHeaders, body });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(text);
  });

  test("in the query counts for its own body only", async () => {
    const other = { ...presigned("ListKeys", "{}"), body: Buffer.from('{"Limit":1}') };
    expect(await exchange(other)).toMatchObject(mismatch);
  });

  test("must be there", async () => {
    expect(await unsigned("TrentService.ListKeys")).toMatchObject(missingToken);
  });

  test("of another secret does not match", async () => {
    const credentials = { ...ours, secretAccessKey: theirs.secretAccessKey };
    expect(await call("ListKeys", {}, { credentials })).toMatchObject(mismatch);
  });

  test("of an unknown access key is refused without a look at its secret", async () => {
    const credentials = { ...ours, accessKeyId: "AKIAIOSFODNN7EXAMPLE" };
    expect(await call("ListKeys", {}, { credentials })).toMatchObject(unknownToken);
  });

  test("with a session token is refused", async () => {
    const credentials = { ...ours, sessionToken: "token" };
    expect(await call("ListKeys", {}, { credentials })).toMatchObject(unknownToken);
  });

  test.each([
    [-6, "Signature expired: SIGNED is now earlier than TIME (TIME - 5 min.)"],
    [6, "Signature not yet current: SIGNED is still later than TIME (TIME + 5 min.)"],
  ])("made %i minutes from now is refused with the times", async (minutes, words) => {
    const signedAtMs = Date.now() + minutes * minuteMs;
    const { status, body } = await call("ListKeys", {}, { signedAtMs });
    const time = /\d{8}T\d{6}Z/g;
    const said = body.replace(timestamp(signedAtMs), "SIGNED").replaceAll(time, "TIME");
    expect({ status, body: said }).toEqual(refused("InvalidSignatureException", words));
  });

  test("made four minutes from now still counts", async () => {
    for (const minutes of [-4, 4]) {
      const signedAtMs = Date.now() + minutes * minuteMs;
      expect((await call("ListKeys", {}, { signedAtMs })).status).toBe(200);
    }
  });

  test.each([
    [{ region: "nowhere-1" }, "Credential should be scoped to a valid region."],
    [{ service: "s3" }, "Credential should be scoped to correct service: 'kms'. "],
  ])("for the scope %o is refused", async (scope, message) => {
    expect(await call("ListKeys", {}, scope)).toMatchObject(
      refused("InvalidSignatureException", message),
    );
  });
});

describe("Accounts", () => {
  let foreignKeyId: string;

  beforeAll(async () => {
    foreignKeyId = await newKey({ credentials: theirs });
  });

  test("do not know each other's key ids", async () => {
    for (const [operation, rest] of [
      ["DescribeKey", {}],
      ["Encrypt", { Plaintext: base64("x") }],
      ["DisableKey", {}],
    ] as const) {
      const answer = await call(operation, { KeyId: foreignKeyId, ...rest });
      expect(answer).toMatchObject(notFound(foreignKeyId));
    }
  });

  test.each([
    ["DescribeKey", {}],
    ["Encrypt", { Plaintext: base64("x") }],
    ["GenerateDataKey", { KeySpec: "AES_256" }],
    ["ScheduleKeyDeletion", {}],
    ["GetKeyPolicy", {}],
  ])("learn nothing about each other's keys from %s by ARN", async (operation, rest) => {
    const existing = await call(operation, { KeyId: keyArn(foreignKeyId, theirs), ...rest });
    const missing = await call(operation, { KeyId: keyArn(randomUUID(), theirs), ...rest });
    const nobodys = `arn:aws:kms:${ours.region}:999988887777:key/${foreignKeyId}`;
    const elsewhere = await call(operation, { KeyId: nobodys, ...rest });
    expect(existing).toMatchObject(unknownResource(operation));
    expect([missing.status, missing.body]).toEqual([existing.status, existing.body]);
    expect([elsewhere.status, elsewhere.body]).toEqual([existing.status, existing.body]);
  });

  test("learn nothing about each other's aliases", async () => {
    const named = { AliasName: "alias/foreign", TargetKeyId: foreignKeyId };
    await call("CreateAlias", named, { credentials: theirs });
    for (const name of ["foreign", "missing"]) {
      const KeyId = `arn:aws:kms:${ours.region}:${theirs.accountId}:alias/${name}`;
      const answer = await call("Encrypt", { KeyId, Plaintext: base64("x") });
      expect(answer).toMatchObject(unknownResource("Encrypt"));
    }
    const { Aliases } = await answered("ListAliases", {});
    expect(JSON.stringify(Aliases)).not.toContain("alias/foreign");
  });

  test("cannot decrypt each other's ciphertexts", async () => {
    const CiphertextBlob = await encrypted(foreignKeyId, { credentials: theirs });
    expect(await call("Decrypt", { CiphertextBlob })).toMatchObject(unknownResource("Decrypt"));
    const named = { CiphertextBlob, KeyId: foreignKeyId };
    expect(await call("Decrypt", named)).toMatchObject(unknownResource("Decrypt"));
    const own = await answered("Decrypt", { CiphertextBlob }, { credentials: theirs });
    expect(own).toMatchObject({ Plaintext: base64("secret") });
  });

  test("list their own keys only", async () => {
    const [own, foreign] = [await newKey(), foreignKeyId];
    const ourKeys = JSON.stringify(await answered("ListKeys", {}));
    const theirKeys = JSON.stringify(await answered("ListKeys", {}, { credentials: theirs }));
    expect([ourKeys.includes(own), ourKeys.includes(foreign)]).toEqual([true, false]);
    expect([theirKeys.includes(own), theirKeys.includes(foreign)]).toEqual([false, true]);
  });
});

describe("Regions", () => {
  const region = "eu-central-1";

  test("have keys and aliases of their own", async () => {
    const KeyId = await newKey({ region });
    await call("CreateAlias", { AliasName: "alias/regional", TargetKeyId: KeyId }, { region });
    expect(await answered("DescribeKey", { KeyId: "alias/regional" }, { region })).toMatchObject({
      KeyMetadata: { Arn: keyArn(KeyId, { ...ours, region }) },
    });
    expect(await call("DescribeKey", { KeyId })).toMatchObject(notFound(KeyId));
    const alias = `arn:aws:kms:${ours.region}:${ours.accountId}:alias/regional`;
    expect(await call("DescribeKey", { KeyId: "alias/regional" })).toMatchObject(
      refused("NotFoundException", `Alias ${alias} is not found.`),
    );
    expect(JSON.stringify(await answered("ListKeys", {}))).not.toContain(KeyId);
  });

  test("do not decrypt each other's ciphertexts", async () => {
    const CiphertextBlob = await encrypted(await newKey({ region }), { region });
    expect((await call("Decrypt", { CiphertextBlob })).status).toBe(400);
    expect(await answered("Decrypt", { CiphertextBlob }, { region })).toMatchObject({
      Plaintext: base64("secret"),
    });
  });
});

describe("A body", () => {
  let KeyId: string;

  beforeAll(async () => {
    KeyId = await newKey();
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "with the member %s is read as if it were not there",
    async (name) => {
      const input = `{"${name}":{"KeyId":"x","NumberOfBytes":1},"NumberOfBytes":8}`;
      const { Plaintext } = await answered("GenerateRandom", input);
      expect(Buffer.from(String(Plaintext), "base64")).toHaveLength(8);
      const inherited = await call("GenerateRandom", `{"${name}":{"NumberOfBytes":8}}`);
      expect(inherited.status).toBe(400);
    },
  );

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])(
    "with the encryption context name %s binds it like any other",
    async (name) => {
      const context = `"EncryptionContext":{"${name}":"a"}`;
      const plaintext = `"Plaintext":"${base64("secret")}"`;
      const input = `{"KeyId":"${KeyId}",${plaintext},${context}}`;
      const { CiphertextBlob: blob } = await answered("Encrypt", input);
      const ciphertext = `"CiphertextBlob":"${String(blob)}"`;
      expect(await answered("Decrypt", `{${ciphertext},${context}}`)).toMatchObject({
        Plaintext: base64("secret"),
      });
      for (const other of ["{}", `{"${name}":"b"}`, `{"${name}x":"a"}`]) {
        const decrypt = `{${ciphertext},"EncryptionContext":${other}}`;
        const refusal = refused("InvalidCiphertextException");
        expect(await call("Decrypt", decrypt)).toMatchObject(refusal);
      }
    },
  );

  test("of 300 KB is refused before anyone reads it", async () => {
    const answer = await call("GenerateRandom", { NumberOfBytes: 8, Padding: "x".repeat(300_000) });
    expect(answer).toMatchObject({
      status: 413,
      body: '{"__type":"RequestEntityTooLargeException"}',
    });
    expectCommonHeaders(answer);
  });

  test("of 250 KB with an unknown member is answered", async () => {
    const input = { NumberOfBytes: 8, Padding: "x".repeat(250_000) };
    expect((await call("GenerateRandom", input)).status).toBe(200);
  });

  test("that is empty is an empty input", async () => {
    expect(await answered("ListKeys", "")).toHaveProperty("Keys");
  });

  test.each([
    ["bytes that are not UTF-8", Buffer.from('{"Description":"\xff"}', "latin1")],
    ["an overlong UTF-8 sequence", Buffer.from('{"Description":"\xc0\xaf"}', "latin1")],
    ["a lone surrogate", String.raw`{"Description":"\ud800"}`],
    ["a truncated object", '{"Description":"x"'],
    ["a truncated string", '{"Description":"x'],
    ["a member twice", '{"Description":"a","Description":"b"}'],
    ["an unknown member twice", '{"a":1,"a":2}'],
    ["a member twice, once null", '{"Description":null,"Description":"b"}'],
    ["a member twice further in", '{"a":{"b":1,"b":2}}'],
    ["bytes after its end", "{}{}"],
    ["a trailing comma", '{"Description":"x",}'],
    ["a string for an object", '"x"'],
    ["a byte order mark", "\uFEFF{}"],
  ])("with %s is a SerializationException", async (_what, body) => {
    expect(await call("CreateKey", body)).toMatchObject(
      unreadable("Unexpected token received from parser"),
    );
  });

  test("that is a list is a SerializationException that says so", async () => {
    expect(await call("CreateKey", "[]")).toMatchObject(
      unreadable("Start of list found where not expected"),
    );
  });

  test("is not read before the caller is known", async () => {
    const credentials = { ...ours, accessKeyId: "AKIAIOSFODNN7EXAMPLE" };
    const { body } = await call("CreateKey", "{", { credentials });
    expect(body).toContain('"__type":"UnrecognizedClientException"');
  });

  test("with unknown members is read without them", async () => {
    const input = { KeyId, NoSuchMember: { a: [1, null, "x"] }, keyid: "other" };
    expect(await answered("DescribeKey", input)).toMatchObject({ KeyMetadata: { KeyId } });
  });
});

describe("Without credentials", () => {
  test("GET /health is answered", async () => {
    const { status, headers, body } = await exchange({ method: "GET", target: "/health" });
    expect([status, body]).toEqual([200, '{"status":"ok"}']);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-amzn-requestid": expect.stringMatching(uuid),
    });
  });

  test.each([
    ["GET", "/"],
    ["POST", "/health"],
    ["GET", "/health/"],
    ["GET", "/health?a=b"],
    ["GET", "/healthz"],
    ["GET", "/metrics"],
    ["GET", "/admin"],
    ["OPTIONS", "/"],
    ["PUT", "/"],
  ])("%s %s is not", async (method, target) => {
    expect(await exchange({ method, target })).toMatchObject(refused("UnknownOperationException"));
  });

  test("no operation is, and none of the operators' either", async () => {
    for (const operation of ["ListKeys", "GenerateRandom", "Decrypt", "CreateKey"]) {
      expect(await unsigned(`TrentService.${operation}`)).toMatchObject(missingToken);
    }
    expect(await unsigned("KeyhavenAdmin.CreateAccount")).toMatchObject(
      refused("UnknownOperationException"),
    );
  });
});
