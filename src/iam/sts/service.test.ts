import { afterAll, beforeAll, expect, test } from "vitest";
import { type IamBench, openIamBench } from "../../../test/iam-bench.ts";
import type { CallEvent, ServiceEvent, Trail } from "../../service/trail.ts";
import { stsService } from "./service.ts";

const by = {
  caller: {
    type: "Root",
    accountId: "111122223333",
    arn: "arn:aws:iam::111122223333:root",
    principalId: "111122223333",
  },
  facts: {
    requestId: "request-1",
    receivedAtMs: 1,
    region: "us-east-1",
    sourceIp: "192.0.2.1",
    userAgent: "agent",
    host: "sts.example",
  },
} as const;
const version = "2011-06-15";

let iam: IamBench;
beforeAll(async () => {
  iam = await openIamBench();
});
afterAll(async () => {
  await iam.close();
});

function bench(append: Trail["append"] = async () => {}) {
  const events: (CallEvent | ServiceEvent)[] = [];
  const service = stsService({
    ...iam,
    clock: () => 1,
    trail: {
      compose(event) {
        events.push(event);
        return { eventId: "1", line: "" };
      },
      append,
    },
  });
  return { service, events };
}

test("GetCallerIdentity says who signed, and that it was asked is on record", async () => {
  const { service, events } = bench();
  const output = await service.answer({ operation: "GetCallerIdentity", version, input: {} }, by);
  expect(Object.entries(output ?? {})).toEqual([
    ["Arn", "arn:aws:iam::111122223333:root"],
    ["UserId", "111122223333"],
    ["Account", "111122223333"],
  ]);
  expect(events).toEqual([
    {
      ...by,
      eventSource: "sts.amazonaws.com",
      eventName: "GetCallerIdentity",
      readOnly: true,
      requestParameters: null,
      responseElements: null,
    },
  ]);
});

test("without its record there is no answer", async () => {
  const { service } = bench(async () => {
    throw new Error("the disk is full");
  });
  const asked = service.answer({ operation: "GetCallerIdentity", version, input: {} }, by);
  await expect(asked).rejects.toThrow("the disk is full");
});

test.each([
  ["another operation", { operation: "constructor", version, input: {} }],
  ["another version", { operation: "GetCallerIdentity", version: "2010-05-08", input: {} }],
])("%s is not found", async (_, call) => {
  const { service, events } = bench();
  await expect(service.answer(call, by)).rejects.toMatchObject({
    code: "InvalidAction",
    status: 400,
    message: `Could not find operation ${call.operation} for version ${call.version}`,
  });
  expect(events).toEqual([]);
});
