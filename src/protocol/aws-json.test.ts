import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../service/service-error.ts";
import { decodeInput, decodeTarget, encodeAnswer, encodeError, isAwsJson } from "./aws-json.ts";
import { unknownOperation } from "./aws-json.ts";

const answer = (output: object | undefined, sensitive = false) =>
  encodeAnswer({ output, sensitive });

describe("a target", () => {
  test("names a service and an operation", () => {
    expect(decodeTarget("TrentService.GenerateDataKey")).toEqual({
      prefix: "TrentService",
      operation: "GenerateDataKey",
    });
  });

  test.each(["", "Encrypt", ".Encrypt", "TrentService.", "a.b.c", "a.b, a.b", "a.b ", "é.b"])(
    "is nothing when it is spelled %j",
    (header) => {
      expect(decodeTarget(header)).toBeUndefined();
    },
  );

  test("is nothing when a name has no end", () => {
    expect(decodeTarget(`TrentService.${"a".repeat(65)}`)).toBeUndefined();
  });
});

test.each([
  ["application/x-amz-json-1.1", true],
  ["application/x-amz-json-1.1; charset=utf-8", true],
  ["application/x-amz-json-1.1;charset=UTF-8", true],
  ["application/x-amz-json-1.0", false],
  ["application/x-amz-json-1.1; charset=latin1", false],
  ["application/json", false],
  ["application/x-amz-json-1.1, application/x-amz-json-1.1", false],
  [undefined, false],
])("the content type %s is ours: %s", (header, ours) => {
  expect(isAwsJson(header)).toBe(ours);
});

test("an empty body is an empty input", () => {
  expect(Object.keys(decodeInput(Buffer.alloc(0), new Set()))).toEqual([]);
});

describe("an answer", () => {
  test("is what it says: blobs in base64, seconds for dates, nothing for undefined", () => {
    const output = {
      Blob: Buffer.from([1, 2, 255]),
      When: new Date(1_571_767_572_317),
      Whole: new Date(1_571_767_572_000),
      Text: 'quote " and \u2028 and é',
      Flag: false,
      Number: 7,
      Left: undefined,
      List: [{ a: "b" }, []],
      Map: { __proto__: null, "": "empty" },
    };
    const text =
      '{"Blob":"AQL/","When":1571767572.317,"Whole":1571767572,' +
      '"Text":"quote \\" and \u2028 and é","Flag":false,"Number":7,' +
      '"List":[{"a":"b"},[]],"Map":{"":"empty"}}';
    expect(answer(output)).toBe(text);
    expect(answer(output, true)).toEqual(Buffer.from(text));
  });

  test("without output has an empty body", () => {
    expect(answer(undefined)).toBe("");
    expect(answer(undefined, true)).toBe("");
    expect(answer({})).toBe("{}");
  });

  test("reads back as what it was, sensitive or not", () => {
    const output = fc.record({
      Plaintext: fc.uint8Array({ maxLength: 100 }),
      Name: fc.string({ unit: "binary" }),
      Map: fc.dictionary(fc.string(), fc.string()),
    });
    fc.assert(
      fc.property(output, fc.boolean(), ({ Plaintext, Name, Map: map }, sensitive) => {
        const bytes = Buffer.from(Plaintext);
        const body = answer({ Plaintext: bytes, Name, Map: map }, sensitive);
        const input = decodeInput(Buffer.from(body), new Set(["Plaintext"]));
        expect(input["Plaintext"]).toEqual(Buffer.from(Plaintext));
        expect(input["Name"]).toBe(Name);
        expect(JSON.stringify(input["Map"])).toBe(JSON.stringify(map));
      }),
    );
  });

  test("that is sensitive leaves no blob behind", () => {
    const output = { Plaintext: Buffer.from("secret"), Nested: { Blob: Buffer.from("secret") } };
    answer(output, true);
    expect(output).toEqual({ Plaintext: Buffer.alloc(6), Nested: { Blob: Buffer.alloc(6) } });
  });

  test("that is sensitive and cannot be written leaves no blob behind either", () => {
    const output = { Bad: Number.NaN, Plaintext: Buffer.from("secret") };
    expect(() => answer(output, true)).toThrow(TypeError);
    expect(output.Plaintext).toEqual(Buffer.alloc(6));
  });

  test.each([
    ["a function", { a: () => 1 }],
    ["an invalid date", { a: new Date(Number.NaN) }],
    ["infinity", { a: Infinity }],
    ["undefined in a list", { a: [undefined] }],
  ])("with %s is a defect", (_, output) => {
    expect(() => answer(output)).toThrow(TypeError);
  });

  test("that holds itself is a defect", () => {
    const output: Record<string, unknown> = {};
    output["self"] = [output];
    expect(() => answer(output)).toThrow(RangeError);
  });
});

const refused = (options?: { messageMember: "Message" }) =>
  encodeError(new ServiceError("SomeException", 400, 'no "x"', options));

describe("an error", () => {
  test("has its code and its message, spelled as AWS spells it", () => {
    expect(refused()).toBe('{"__type":"SomeException","message":"no \\"x\\""}');
    expect(refused({ messageMember: "Message" })).toBe(
      '{"__type":"SomeException","Message":"no \\"x\\""}',
    );
  });

  test("may have no message at all", () => {
    expect(encodeError(unknownOperation())).toBe('{"__type":"UnknownOperationException"}');
  });
});
