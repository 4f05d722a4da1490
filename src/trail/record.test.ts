import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Caller, RequestFacts } from "../service/caller.ts";
import type { CallEvent, ServiceEvent } from "../service/trail.ts";
import { composeRecord } from "./record.ts";

const keyArn = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const root: Caller = {
  type: "Root",
  accountId: "111122223333",
  arn: "arn:aws:iam::111122223333:root",
  principalId: "111122223333",
  accessKeyId: "AKIAEXAMPLE",
};
const facts: RequestFacts = {
  requestId: "1aef6713-0223-4ff7-9a6d-781360521930",
  receivedAtMs: Date.UTC(2026, 2, 1, 10, 15, 0, 987),
  region: "us-west-2",
  sourceIp: "192.0.2.10",
  userAgent: "aws-sdk-js/3.1164.0",
  host: "kms.us-west-2.amazonaws.com",
};
const decrypt: CallEvent = {
  caller: root,
  facts,
  eventSource: "kms.amazonaws.com",
  eventName: "Decrypt",
  readOnly: true,
  requestParameters: { encryptionAlgorithm: "SYMMETRIC_DEFAULT" },
  responseElements: null,
  resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: keyArn }],
};
const deleteKey: ServiceEvent = {
  eventSource: "kms.amazonaws.com",
  eventName: "DeleteKey",
  readOnly: false,
  requestParameters: null,
  responseElements: null,
  resources: [{ accountId: "111122223333", type: "AWS::KMS::Key", ARN: keyArn }],
  accountId: "111122223333",
  region: "us-east-1",
  atMs: Date.UTC(2026, 3, 13, 0, 7),
};

function recordOf(event: CallEvent | ServiceEvent): Record<string, unknown> {
  return JSON.parse(composeRecord(event).line) as Record<string, unknown>;
}

test("an owner's copy says whose call it was, in AWS's order, and nothing of the connection", () => {
  const { eventId, line } = composeRecord({
    ...decrypt,
    caller: { ...root, accountId: "444455556666", principalId: "444455556666" },
    facts: { ...facts, tls: { tlsVersion: "TLSv1.3", cipherSuite: "TLS_AES_256_GCM_SHA384" } },
    shared: {
      sharedEventId: "9f0e6b54-5c0a-4a7c-8f51-2b6f0a4c1d22",
      recipientAccountId: "111122223333",
    },
  });
  expect(line).toBe(
    '{"eventVersion":"1.11","userIdentity":{"type":"AWSAccount","principalId":"444455556666",' +
      '"accountId":"444455556666"},"eventTime":"2026-03-01T10:15:00Z",' +
      '"eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"us-west-2",' +
      '"sourceIPAddress":"192.0.2.10","userAgent":"aws-sdk-js/3.1164.0",' +
      '"requestParameters":{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"},"responseElements":null,' +
      `"requestID":"1aef6713-0223-4ff7-9a6d-781360521930","eventID":"${eventId}","readOnly":true,` +
      `"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"${keyArn}"}],` +
      '"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333",' +
      '"sharedEventID":"9f0e6b54-5c0a-4a7c-8f51-2b6f0a4c1d22","eventCategory":"Management"}',
  );
});

test("a caller's copy of a shared call keeps the caller's identity and connection", () => {
  const tls = { tlsVersion: "TLSv1.3", cipherSuite: "TLS_AES_256_GCM_SHA384" };
  const shared = { sharedEventId: "9f0e6b54", recipientAccountId: root.accountId };
  expect(recordOf({ ...decrypt, facts: { ...facts, tls }, shared })).toMatchObject({
    userIdentity: { type: "Root", arn: root.arn },
    recipientAccountId: root.accountId,
    sharedEventID: "9f0e6b54",
    tlsDetails: { tlsVersion: "TLSv1.3" },
  });
});

test("a call over TLS is written member by member as in AWS's sample", () => {
  const { eventId, line } = composeRecord({
    ...decrypt,
    additionalEventData: { keyMaterialId: "123e4567" },
    facts: {
      ...facts,
      tls: {
        tlsVersion: "TLSv1.3",
        cipherSuite: "TLS_AES_256_GCM_SHA384",
        keyExchange: "X25519MLKEM768",
      },
    },
  });
  expect(line).toBe(
    `{"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE"},` +
      `"eventTime":"2026-03-01T10:15:00Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"us-west-2","sourceIPAddress":"192.0.2.10","userAgent":"aws-sdk-js/3.1164.0",` +
      `"requestParameters":{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"},"responseElements":null,"additionalEventData":{"keyMaterialId":"123e4567"},` +
      `"requestID":"1aef6713-0223-4ff7-9a6d-781360521930","eventID":"${eventId}","readOnly":true,` +
      `"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"${keyArn}"}],` +
      `"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management",` +
      `"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_256_GCM_SHA384","clientProvidedHostHeader":"kms.us-west-2.amazonaws.com","keyExchange":"X25519MLKEM768"}}`,
  );
});

test("a service event is written member by member as in AWS's sample", () => {
  const { eventId, line } = composeRecord(deleteKey);
  expect(line).toBe(
    `{"eventVersion":"1.11","userIdentity":{"accountId":"111122223333","invokedBy":"AWS Internal"},` +
      `"eventTime":"2026-04-13T00:07:00Z","eventSource":"kms.amazonaws.com","eventName":"DeleteKey","awsRegion":"us-east-1","sourceIPAddress":"AWS Internal","userAgent":"AWS Internal",` +
      `"requestParameters":null,"responseElements":null,"eventID":"${eventId}","readOnly":false,` +
      `"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"${keyArn}"}],` +
      `"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`,
  );
});

test("a service event that is a call of the service to itself has a request id", () => {
  const { requestId } = facts;
  const synchronized = { ...deleteKey, eventName: "SynchronizeMultiRegionKey", requestId };
  expect(recordOf(synchronized)).toMatchObject({
    userIdentity: { accountId: "111122223333", invokedBy: "AWS Internal" },
    requestID: requestId,
    eventType: "AwsApiCall",
  });
});

test("a call that a service makes for a caller names both", () => {
  const { userIdentity } = recordOf({ ...decrypt, invokedBy: "kms.amazonaws.com" });
  expect(userIdentity).toEqual({
    ...(recordOf(decrypt)["userIdentity"] as object),
    invokedBy: "kms.amazonaws.com",
  });
});

test("a service event with details has them where AWS's sample has them", () => {
  const { line } = composeRecord({ ...deleteKey, serviceEventDetails: { keyId: "1234abcd" } });
  expect(line).toMatch(
    /"eventType":"AwsServiceEvent","recipientAccountId":"111122223333","serviceEventDetails":\{"keyId":"1234abcd"\},"managementEvent":true,"eventCategory":"Management"\}$/,
  );
});

test("members that have nothing to say are absent", () => {
  const { resources: _, ...bare } = decrypt;
  const record = recordOf({ ...bare, requestParameters: null });
  expect(record).toMatchObject({ requestParameters: null, responseElements: null });
  for (const member of ["resources", "additionalEventData", "errorCode", "tlsDetails"]) {
    expect(record).not.toHaveProperty(member);
  }
});

test("members that are all undefined are nothing to log", () => {
  const record = recordOf({
    ...decrypt,
    requestParameters: { limit: undefined },
    additionalEventData: {},
  });
  expect(record["requestParameters"]).toBeNull();
  expect(record).not.toHaveProperty("additionalEventData");
});

test("no resources are an empty list", () => {
  expect(recordOf({ ...decrypt, resources: [] })["resources"]).toEqual([]);
});

test("a refusal names its code and message before the parameters", () => {
  const refused = { ...decrypt, errorCode: "DisabledException", errorMessage: "It is disabled." };
  expect(composeRecord(refused).line).toContain(
    `"userAgent":"aws-sdk-js/3.1164.0","errorCode":"DisabledException","errorMessage":"It is disabled.","requestParameters":`,
  );
});

test("a refusal without words has no message", () => {
  const refused = { ...decrypt, errorCode: "InvalidCiphertextException" };
  for (const event of [refused, { ...refused, errorMessage: "" }]) {
    const record = recordOf(event);
    expect(record["errorCode"]).toBe("InvalidCiphertextException");
    expect(record).not.toHaveProperty("errorMessage");
  }
});

test("AccessDeniedException is written as AccessDenied", () => {
  const record = recordOf({ ...decrypt, errorCode: "AccessDeniedException" });
  expect(record["errorCode"]).toBe("AccessDenied");
});

test("an operator's call lies in the trail of the account it is about", () => {
  const operator: Caller = {
    type: "Operator",
    accountId: "",
    arn: "operator",
    principalId: "1000",
  };
  const record = recordOf({ ...decrypt, caller: operator });
  expect(record["userIdentity"]).toEqual({
    type: "Operator",
    principalId: "1000",
    arn: "operator",
  });
  expect(record["recipientAccountId"]).toBe("111122223333");
  expect(recordOf({ ...decrypt, caller: operator, resources: [] })).not.toHaveProperty(
    "recipientAccountId",
  );
});

test("two records have two ids", () => {
  expect(composeRecord(decrypt).eventId).not.toBe(composeRecord(decrypt).eventId);
});

test("whatever a client sends, its record is one line that says the same", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("\r\n", "\0", "\u001b[31m", "\u2028", "\ud800", '"},"eventID":"x', "__proto__"),
  );
  fc.assert(
    fc.property(hostile, hostile, (userAgent, member) => {
      const requestParameters = Object.fromEntries([[member, userAgent]]);
      const { line } = composeRecord({
        ...decrypt,
        facts: { ...facts, userAgent, host: userAgent, requestId: userAgent },
        eventName: userAgent,
        errorCode: userAgent,
        requestParameters,
      });
      const record = JSON.parse(line) as Record<string, unknown>;
      expect(line).not.toMatch(/[\r\n]/);
      expect(record).toMatchObject({ userAgent, eventName: userAgent, requestID: userAgent });
      expect(JSON.stringify(record["requestParameters"])).toBe(JSON.stringify(requestParameters));
    }),
  );
});

test("a user agent of a megabyte is cut at one KiB, and says so", () => {
  const userAgent = "a".repeat(1_000_000);
  const { line } = composeRecord({ ...decrypt, facts: { ...facts, userAgent } });
  const kept = (JSON.parse(line) as { userAgent: string }).userAgent;
  expect(kept).toHaveLength(1_024);
  expect(kept).toMatch(/^a+\.\.\.\[truncated\]$/);
  expect(line.length).toBeLessThan(3_000);
});

test("a user agent of one KiB is kept whole", () => {
  const userAgent = "a".repeat(1_024);
  expect(recordOf({ ...decrypt, facts: { ...facts, userAgent } })["userAgent"]).toBe(userAgent);
});

test("parameters of more than 100 KiB are left out, and the record says so", () => {
  const requestParameters = { description: "a".repeat(200_000) };
  expect(recordOf({ ...decrypt, requestParameters })["requestParameters"]).toEqual({
    omitted: true,
  });
});

test("bytes never reach the trail, however deep they lie", () => {
  const plaintext = Buffer.from("secret");
  expect(() => recordOf({ ...decrypt, requestParameters: { plaintext } })).toThrow("bytes");
  expect(() => recordOf({ ...decrypt, responseElements: { a: [{ plaintext }] } })).toThrow("bytes");
  const array = new Uint8Array(plaintext);
  expect(() => recordOf({ ...decrypt, requestParameters: { a: [array] } })).toThrow("bytes");
});

test.each([
  { type: "Buffer", data: "[115]" },
  { type: "Buffer", data: '[{"type":"Buffer","data":[' },
  { 0: "115", 1: "101" },
  { x: '{"0":1' },
])("what a client sends passes, though it looks like bytes: %j", (encryptionContext) => {
  const record = recordOf({ ...decrypt, requestParameters: { encryptionContext } });
  expect(record).toMatchObject({ requestParameters: { encryptionContext } });
});

test("a session of a role says whose it is, and since when, in AWS's order", () => {
  const { line } = composeRecord({
    ...decrypt,
    caller: {
      type: "AssumedRole",
      accountId: "111122223333",
      arn: "arn:aws:sts::111122223333:assumed-role/App/app-1",
      principalId: "AROAEXAMPLE:app-1",
      accessKeyId: "ASIAEXAMPLE",
      identityPolicies: [],
      session: {
        role: { id: "AROAEXAMPLE", arn: "arn:aws:iam::111122223333:role/team/App", name: "App" },
        name: "app-1",
        issuedAtMs: Date.UTC(2026, 2, 1, 9),
        principalTags: new Map([["team", "blue"]]),
        transitiveTags: [],
      },
    },
  });
  expect(line).toContain(
    '"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:app-1",' +
      '"arn":"arn:aws:sts::111122223333:assumed-role/App/app-1","accountId":"111122223333",' +
      '"accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role",' +
      '"principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/team/App",' +
      '"accountId":"111122223333","userName":"App"},"attributes":{' +
      '"creationDate":"2026-03-01T09:00:00Z","mfaAuthenticated":"false"}}},"eventTime"',
  );
});
