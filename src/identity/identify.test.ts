import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  deriveSigningKey,
  expecting,
  keysOf,
  root,
  signAsClient,
} from "../../test/vectors/sigv4-client.ts";
import type { ClientOptions, ClientRequest } from "../../test/vectors/sigv4-client.ts";
import {
  headerOf,
  withAuthorization,
  withHeader,
  withoutHeader,
  withParameter,
} from "../../test/vectors/sigv4-edits.ts";
import type { AccessKeys } from "../service/access-keys.ts";
import { ServiceError } from "../service/service-error.ts";
import { identify } from "./identify.ts";
import type { ExpectedScope, SignedRequest } from "./signed-request.ts";

const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "kept-by-the-vault" };
const signedAtMs = Date.UTC(2026, 10, 23, 10, 10, 10);
const expected = expecting("kms", "eu-west-1", signedAtMs);

const call: ClientRequest = {
  method: "POST",
  path: "/",
  query: {},
  headers: {
    host: "kms.keyhaven.internal:8443",
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "TrentService.Encrypt",
  },
  body: Buffer.from('{"KeyId":"alias/orders"}'),
};
const ownHeaders = {
  "content-type": "application/x-amz-json-1.1",
  host: "kms.keyhaven.internal:8443",
  "x-amz-date": "20261123T101010Z",
};
const client: ClientOptions = { credentials, region: "eu-west-1", service: "kms", signedAtMs };

const mismatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const invalidToken = "The security token included in the request is invalid.";

describe("identify", () => {
  test("names the caller and the Region of a request signed in its headers", async () => {
    await expect(
      identify(await signAsClient(call, client), expected, keysOf(credentials)),
    ).resolves.toEqual({
      caller: { ...root, accessKeyId: credentials.accessKeyId },
      region: "eu-west-1",
    });
  });

  test("names the caller of a presigned request", async () => {
    const request = await signAsClient(call, { ...client, expiresIn: 60 });
    expect(request.rawHeaders.map((name) => name.toLowerCase())).not.toContain("authorization");
    expect((await identify(request, expected, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test("needs no x-amz-content-sha256, which botocore does not send", async () => {
    const request = await signAsClient(call, { ...client, applyChecksum: false });
    expect(request.rawHeaders).not.toContain("x-amz-content-sha256");
    expect((await identify(request, expected, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test.each([
    ["an HTTP date", "Mon, 23 Nov 2026 10:10:10 GMT"],
    ["ISO 8601", "20261123T101010Z"],
  ])("goes by a Date header in %s where there is no X-Amz-Date", async (_, date) => {
    const request = signByHand({ host: "kms", date }, ["date", "host"]);
    expect((await identify(request, expected, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test("asks the access keys for the scope of the signature", async () => {
    const keys = keysOf(credentials);
    await identify(await signAsClient(call, client), expected, keys);
    const { accessKeyId } = credentials;
    expect(keys.asked).toEqual([
      { accessKeyId, date: "20261123", region: "eu-west-1", service: "kms" },
    ]);
  });
});

describe("MissingAuthenticationTokenException", () => {
  const refusal = [
    "MissingAuthenticationTokenException",
    "Request is missing Authentication Token",
  ];

  test("for a request without a signature", async () => {
    const request = withoutHeader(await signAsClient(call, client), "authorization");
    await expect(refusalOf(request)).resolves.toEqual(refusal);
  });

  test("for an empty Authorization header", async () => {
    const request = withHeader(await signAsClient(call, client), "authorization", "");
    await expect(refusalOf(request)).resolves.toEqual(refusal);
  });

  test("for a request signed with the long outdated Signature Version 2", async () => {
    const target = "/?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=abc&Expires=1795428610";
    await expect(refusalOf({ ...call, target, rawHeaders: ["Host", "kms"] })).resolves.toEqual(
      refusal,
    );
  });
});

describe("IncompleteSignatureException", () => {
  const code = "IncompleteSignatureException";
  const missingDate =
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";

  test.each([
    [
      "everything",
      "AWS4-HMAC-SHA256",
      [requires("Credential"), requires("Signature"), requires("SignedHeaders")],
    ],
    [
      "the credential",
      "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=a",
      [requires("Credential")],
    ],
    ["the signature", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host", [requires("Signature")]],
    [
      "an empty signature",
      "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=",
      [requires("Signature")],
    ],
    [
      "the signed headers",
      "AWS4-HMAC-SHA256 Credential=a, Signature=a",
      [requires("SignedHeaders")],
    ],
  ])("lists what is missing: %s", async (_, header, complaints) => {
    const request = withHeader(await signAsClient(call, client), "authorization", header);
    const message = `${complaints.join(" ")} Authorization=${header}`;
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  test("for a request without a date", async () => {
    const request = withoutHeader(await signAsClient(call, client), "x-amz-date");
    const message = `${missingDate} Authorization=${headerOf(request, "authorization")}`;
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  test.each([
    "2026-11-23T10:10:10Z",
    "20261123T101010",
    "20261323T101010Z",
    "20261123T251010Z",
    "yesterday",
  ])("for the date %s", async (date) => {
    const request = withHeader(await signAsClient(call, client), "x-amz-date", date);
    const message = `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  test.each(["AWS4-HMAC-SHA512", "AWS4-ECDSA-P256-SHA256", "aws4-hmac-sha256", "AWS", "Bearer"])(
    "for the algorithm %s",
    async (algorithm) => {
      const request = await signAsClient(call, client);
      const changed = withAuthorization(request, (header) =>
        header.replace("AWS4-HMAC-SHA256", algorithm),
      );
      await expect(refusalOf(changed)).resolves.toEqual([
        code,
        `Unsupported AWS 'algorithm': '${algorithm}'`,
      ]);
    },
  );

  test.each(["garbage", "Signature=b", "Version=1"])(
    "for the part %s in the header",
    async (part) => {
      const request = await signAsClient(call, client);
      const header = `${headerOf(request, "authorization")}, ${part}`;
      await expect(refusalOf(withHeader(request, "authorization", header))).resolves.toEqual([
        code,
        `'${part}' not a valid key=value pair (missing equal-sign) in Authorization header: '${header}'.`,
      ]);
    },
  );

  test.each(["AKIA", "AKIA/20261123/eu-west-1/kms", "AKIA/20261123/eu-west-1/kms/aws4_request/"])(
    "for the credential %s",
    async (credential) => {
      const request = await signAsClient(call, client);
      const header = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=a`;
      await expect(refusalOf(withHeader(request, "authorization", header))).resolves.toEqual([
        code,
        `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
      ]);
    },
  );

  test.each([
    "Authorization",
    "Date",
    "Host",
    "X-Amz-Content-Sha256",
    "X-Amz-Date",
    "X-Amz-Security-Token",
  ])("for two headers of the name %s", async (name) => {
    const request = await signAsClient(call, client);
    const value = headerOf(request, name);
    const rest = withoutHeader(request, name.toLowerCase());
    const rawHeaders = [...rest.rawHeaders, name, value, name.toLowerCase(), value];
    await expect(refusalOf({ ...rest, rawHeaders })).resolves.toEqual([
      code,
      `Header '${name.toLowerCase()}' must not be repeated.`,
    ]);
  });

  test("for two signatures, one in the header and one in the query", async () => {
    const inHeader = await signAsClient(call, client);
    const { target } = await signAsClient(call, { ...client, expiresIn: 60 });
    const [refused, message] = await refusalOf({ ...inHeader, target });
    expect(refused).toBe(code);
    expect(message).toMatch(/^Only one auth mechanism allowed/);
  });

  test.each([
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
    "X-Amz-Expires",
  ])("for a presigned request without %s", async (parameter) => {
    const request = await signAsClient(call, { ...client, expiresIn: 60 });
    const message = `AWS query-string parameters must include '${parameter}'. Re-examine the query-string parameters.`;
    const refused = refusalOf(withParameter(request, parameter, undefined));
    await expect(refused).resolves.toEqual([code, message]);
  });

  test("for a presigned request with a parameter twice", async () => {
    const request = await signAsClient(call, { ...client, expiresIn: 60 });
    const target = `${request.target}&X-Amz-Expires=604800`;
    const message = "Query-string parameter 'X-Amz-Expires' must not be repeated.";
    await expect(refusalOf({ ...request, target })).resolves.toEqual([code, message]);
  });

  test.each(["0", "-1", "604801", "60.5", "6e1", "060", "%2060", "a"])(
    "for a presigned request that expires after %s seconds",
    async (expires) => {
      const request = await signAsClient(call, { ...client, expiresIn: 60 });
      const [refused, message] = await refusalOf(withParameter(request, "X-Amz-Expires", expires));
      expect(refused).toBe(code);
      expect(message).toMatch(/^X-Amz-Expires must be a number of seconds from 1 to 604800/);
    },
  );
});

describe("a session", () => {
  const sessionToken = "IQoJb3JpZ2luX2Vj/+=";
  const ofSession = { ...credentials, accessKeyId: "ASIAIOSFODNN7EXAMPLE", sessionToken };
  const asSession = { ...client, credentials: ofSession };
  const endsAt = (expiresAtMs: number): AccessKeys => {
    const keys = keysOf(ofSession);
    return {
      async findSigningCredential(scope) {
        if (scope.sessionToken !== sessionToken) return undefined;
        const found = await keys.findSigningCredential(scope);
        return found && { ...found, expiresAtMs };
      },
    };
  };
  const { nowMs } = expected;

  test.each([{}, { expiresIn: 60 }])("is known by its token (%o)", async (form) => {
    const request = await signAsClient(call, { ...asSession, ...form });
    expect((await identify(request, expected, endsAt(nowMs + 1))).caller.accessKeyId).toBe(
      ofSession.accessKeyId,
    );
  });

  test.each([{}, { expiresIn: 60 }])("that is over is ExpiredTokenException (%o)", async (form) => {
    const request = await signAsClient(call, { ...asSession, ...form });
    const refusal = [
      "ExpiredTokenException",
      "The security token included in the request is expired",
    ];
    await expect(refusalOf(request, { keys: endsAt(nowMs) })).resolves.toEqual(refusal);
  });

  test("without its token is unknown, whatever those who keep its key make of that", async () => {
    const { sessionToken: _, ...bare } = ofSession;
    const request = await signAsClient(call, { ...client, credentials: bare });
    const keys: AccessKeys = {
      findSigningCredential: async (scope) =>
        await endsAt(nowMs + 1).findSigningCredential({ ...scope, sessionToken }),
    };
    const refusal = ["UnrecognizedClientException", invalidToken];
    await expect(refusalOf(request, { keys })).resolves.toEqual(refusal);
  });

  test("with a token that was not signed is refused", async () => {
    const { sessionToken: _, ...bare } = ofSession;
    const request = await signAsClient(call, { ...client, credentials: bare });
    const added = withHeader(request, "x-amz-security-token", sessionToken);
    const [code] = await refusalOf(added, { keys: endsAt(nowMs + 1) });
    expect(code).toBe("InvalidSignatureException");
  });

  test("with a token in its query and one in a header is refused", async () => {
    const request = await signAsClient(call, { ...asSession, expiresIn: 60 });
    const added = withHeader(request, "x-amz-security-token", sessionToken);
    await expect(refusalOf(added, { keys: endsAt(nowMs + 1) })).resolves.toEqual([
      "IncompleteSignatureException",
      "Security token must not be repeated.",
    ]);
  });
});

describe("UnrecognizedClientException", () => {
  const refusal = ["UnrecognizedClientException", invalidToken];

  test("for an unknown access key", async () => {
    const request = await signAsClient(call, client);
    const keys = keysOf({ ...credentials, accessKeyId: "AKIAI44QH8DHBEXAMPLE" });
    await expect(refusalOf(request, { keys })).resolves.toEqual(refusal);
    expect(keys.asked).toHaveLength(1);
  });

  test("for an unknown access key, whatever else is wrong with the signature", async () => {
    const request = withHeader(await signAsClient(call, client), "x-amz-unsigned", "1");
    const keys = keysOf({ ...credentials, accessKeyId: "AKIAI44QH8DHBEXAMPLE" });
    await expect(refusalOf(request, { keys })).resolves.toEqual(refusal);
  });

  test("for an access key id nobody can have, without asking for it", async () => {
    const request = await signAsClient(call, client);
    const changed = withAuthorization(request, (header) =>
      header.replace("AKIA", "AKIA".repeat(40)),
    );
    const keys = keysOf(credentials);
    await expect(refusalOf(changed, { keys })).resolves.toEqual(refusal);
    expect(keys.asked).toEqual([]);
  });

  test.each([{}, { expiresIn: 60 }])(
    "for a session token with a long-term access key (%o)",
    async (form) => {
      const withToken = { ...credentials, sessionToken: "of-someone-else" };
      const request = await signAsClient(call, { ...client, ...form, credentials: withToken });
      await expect(refusalOf(request)).resolves.toEqual(refusal);
    },
  );

  test("for a session token in a header beside a presigned query", async () => {
    const request = await signAsClient(call, { ...client, expiresIn: 60 });
    const changed = withHeader(request, "X-Amz-Security-Token", "of-someone-else");
    await expect(refusalOf(changed)).resolves.toEqual(refusal);
  });
});

describe("InvalidSignatureException", () => {
  const code = "InvalidSignatureException";

  test("for a wrong secret access key", async () => {
    const request = await signAsClient(call, client);
    const keys = keysOf({ ...credentials, secretAccessKey: "another" });
    await expect(refusalOf(request, { keys })).resolves.toEqual([code, mismatch]);
  });

  test.each([
    ["short", (signature: string) => signature.slice(0, -1)],
    ["long", (signature: string) => `${signature}0`],
    ["in capitals", (signature: string) => signature.toUpperCase()],
    ["not hexadecimal", (signature: string) => signature.replaceAll(/./g, "x")],
    ["of other characters that look alike in one byte", (signature: string) => widened(signature)],
  ])("for a signature that is %s", async (_, change) => {
    const request = await signAsClient(call, client);
    const changed = withAuthorization(request, (header) => {
      const [before, signature = ""] = header.split("Signature=");
      return `${before}Signature=${change(signature)}`;
    });
    expect(changed).not.toEqual(request);
    await expect(refusalOf(changed)).resolves.toEqual([code, mismatch]);
  });

  test.each(["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "0".repeat(64), ""])(
    "for a body signed as %o",
    async (payload) => {
      const headers = { ...call.headers, "x-amz-content-sha256": payload };
      const request = await signAsClient({ ...call, headers }, client);
      expect(headerOf(request, "x-amz-content-sha256")).toBe(payload);
      await expect(refusalOf(request)).resolves.toEqual([code, mismatch]);
    },
  );

  test("for the hash of another body, even where the signature covers both", async () => {
    const headers = { ...ownHeaders, "x-amz-content-sha256": sha256("another") };
    const request = signByHand(headers, Object.keys(headers).toSorted());
    await expect(refusalOf(request)).resolves.toEqual([code, mismatch]);
  });

  test("for an AWS header that is not signed", async () => {
    const request = withHeader(await signAsClient(call, client), "x-amz-meta-added", "1");
    const message = "'x-amz-meta-added' must be a 'SignedHeader' in the AWS Authorization.";
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  test("but not for an unsigned trace id, which load balancers add", async () => {
    const request = withHeader(await signAsClient(call, client), "X-Amzn-Trace-Id", "Root=1-2-3");
    expect((await identify(request, expected, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test("for a host that is not signed", async () => {
    const request = signByHand(ownHeaders, ["content-type", "x-amz-date"]);
    const message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  const list = ["content-type", "host", "x-amz-date"];

  test.each([
    ["as it should be", list],
    ["of a hundred headers", [...list, ...Object.keys(manyHeaders(97))]],
  ])("but not for a list of signed headers %s", async (_, signedHeaders) => {
    const request = signByHand({ ...ownHeaders, ...manyHeaders(97) }, signedHeaders);
    expect((await identify(request, expected, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test.each([
    ["out of order", list.toReversed()],
    ["in capitals", ["Content-Type", "host", "x-amz-date"]],
    ["with a name twice", ["content-type", "host", "host", "x-amz-date"]],
    ["with an empty name", ["", ...list]],
    ["with a header that is not there", [...list, "zone"]],
    ["of more headers than anyone signs", [...list, ...Object.keys(manyHeaders(98))]],
  ])("for a list of signed headers %s", async (_, signedHeaders) => {
    const request = signByHand({ ...ownHeaders, ...manyHeaders(98) }, signedHeaders);
    await expect(refusalOf(request)).resolves.toEqual([code, mismatch]);
  });

  test("for a Region that is not served", async () => {
    const request = await signAsClient(call, { ...client, region: "us-east-1" });
    const message = "Credential should be scoped to a valid region.";
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  test("for another service", async () => {
    const request = await signAsClient(call, { ...client, service: "sts" });
    const message = "Credential should be scoped to correct service: 'kms'. ";
    await expect(refusalOf(request)).resolves.toEqual([code, message]);
  });

  test("for another terminator", async () => {
    const request = await signAsClient(call, client);
    const changed = withAuthorization(request, (header) =>
      header.replace("aws4_request", "aws5_request"),
    );
    const message =
      "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ";
    await expect(refusalOf(changed)).resolves.toEqual([code, message]);
  });

  test("for a scope of another day than the request", async () => {
    const request = await signAsClient(call, client);
    const changed = withAuthorization(request, (header) =>
      header.replace("/20261123/", "/20261122/"),
    );
    const message =
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261122' != '20261123', from '20261123T101010Z'.";
    await expect(refusalOf(changed)).resolves.toEqual([code, message]);
  });
});

describe("the clock", () => {
  test.each([-300, -299, 0, 299, 300])("may be %i seconds off", async (seconds) => {
    const request = await signAsClient(call, client);
    const at = { ...expected, nowMs: signedAtMs + seconds * 1000 };
    expect((await identify(request, at, keysOf(credentials))).region).toBe("eu-west-1");
  });

  test("refuses a request signed 301 seconds ago", async () => {
    await expect(refusalAfter(301)).resolves.toEqual([
      "InvalidSignatureException",
      "Signature expired: 20261123T101010Z is now earlier than 20261123T101011Z (20261123T101511Z - 5 min.)",
    ]);
  });

  test("refuses a request signed 301 seconds from now", async () => {
    await expect(refusalAfter(-301)).resolves.toEqual([
      "InvalidSignatureException",
      "Signature not yet current: 20261123T101010Z is still later than 20261123T101009Z (20261123T100509Z + 5 min.)",
    ]);
  });

  test("lets a presigned request live as long as it says, and no longer", async () => {
    const form = { expiresIn: 3600 };
    const request = await signAsClient(call, { ...client, ...form });
    const last = { ...expected, nowMs: signedAtMs + 3_600_000 };
    expect((await identify(request, last, keysOf(credentials))).region).toBe("eu-west-1");
    await expect(refusalAfter(3601, form)).resolves.toEqual([
      "InvalidSignatureException",
      "Signature expired: 20261123T101010Z is now earlier than 20261123T101011Z (20261123T111011Z - 60 min.)",
    ]);
  });

  test("gives a presigned request less time than its headers would have, if it asks for less", async () => {
    await expect(refusalAfter(2, { expiresIn: 1 })).resolves.toEqual([
      "InvalidSignatureException",
      "Signature expired: 20261123T101010Z is now earlier than 20261123T101011Z (20261123T101012Z - 1 sec.)",
    ]);
  });

  test("refuses a presigned request from the future", async () => {
    const [code, message] = await refusalAfter(-301, { expiresIn: 604_800 });
    expect(code).toBe("InvalidSignatureException");
    expect(message).toMatch(/^Signature not yet current: /);
  });
});

describe("the order of the refusals", () => {
  test("is date, scope, access key, signature", async () => {
    const late = { ...expected, nowMs: signedAtMs + 301_000 };
    const nobody = keysOf({ ...credentials, accessKeyId: "AKIAI44QH8DHBEXAMPLE" });
    const elsewhere = await signAsClient(call, { ...client, region: "us-east-1" });
    const tampered = { ...(await signAsClient(call, client)), body: Buffer.from("{}") };
    expect((await refusalOf(elsewhere, { at: late, keys: nobody }))[1]).toMatch(
      /^Signature expired/,
    );
    expect((await refusalOf(elsewhere, { keys: nobody }))[1]).toMatch(/valid region/);
    expect((await refusalOf(tampered, { keys: nobody }))[1]).toBe(invalidToken);
    expect((await refusalOf(tampered))[1]).toBe(mismatch);
  });
});

async function refusalOf(
  request: SignedRequest,
  asking: { at?: ExpectedScope; keys?: AccessKeys } = {},
): Promise<[string, string]> {
  const { at = expected, keys = keysOf(credentials) } = asking;
  const thrown = await outcomeOf(request, at, keys);
  expect(thrown).toBeInstanceOf(ServiceError);
  expect(thrown).toMatchObject({ status: 400, messageMember: "message" });
  const { code, message } = thrown as ServiceError;
  return [code, message];
}

async function refusalAfter(seconds: number, form: { expiresIn?: number } = {}) {
  const request = await signAsClient(call, { ...client, ...form });
  return await refusalOf(request, { at: { ...expected, nowMs: signedAtMs + seconds * 1000 } });
}

function requires(parameter: string): string {
  return `Authorization header requires '${parameter}' parameter.`;
}

/** Signs what AWS's signer would not: any headers, listed in any way. */
function signByHand(
  headers: Readonly<Record<string, string>>,
  signedHeaders: readonly string[],
  timestamp = "20261123T101010Z",
): SignedRequest {
  const lines = signedHeaders.map((name) => `${name}:${headers[name.toLowerCase()] ?? ""}`);
  const list = signedHeaders.join(";");
  const canonical = ["POST", "/", "", ...lines, "", list, sha256(call.body)].join("\n");
  const scope = { date: "20261123", region: "eu-west-1", service: "kms" };
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", timestamp, scopeText, sha256(canonical)].join("\n");
  const signature = deriveSigningKey(credentials.secretAccessKey, scope).sign(text);
  const credential = `Credential=${credentials.accessKeyId}/${scopeText}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${list},Signature=${signature}`;
  const rawHeaders = Object.entries({ ...headers, authorization }).flat();
  return { method: "POST", target: "/", rawHeaders, body: call.body };
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function widened(signature: string): string {
  return Array.from(signature, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x100)).join(
    "",
  );
}

function manyHeaders(length: number): Record<string, string> {
  const names = Array.from({ length }, (_, at) => `y-${String(at).padStart(3, "0")}`);
  return Object.fromEntries(names.map((name) => [name, "1"]));
}

/** What comes of a request: who sent it, or what was thrown. */
async function outcomeOf(
  request: SignedRequest,
  at: ExpectedScope,
  keys: AccessKeys,
): Promise<unknown> {
  try {
    return await identify(request, at, keys);
  } catch (error) {
    return error;
  }
}
