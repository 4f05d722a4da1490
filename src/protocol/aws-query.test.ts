import { assert, constant, constantFrom, oneof, property, string } from "fast-check";
import { expect, test } from "vitest";
import { ServiceError } from "../service/service-error.ts";
import { decodeCall, encodeError, isForm } from "./aws-query.ts";

const service = {
  signingName: "sts",
  isGlobal: true,
  xmlNamespace: "https://namespace/",
  answer: async () => ({}),
} as const;

const errorBody = (message: string) =>
  encodeError(new ServiceError("Code", 400, message), service, "request-1").body.toString();

test.each([
  ["Action=A&Version=B", { operation: "A", version: "B", input: {} }],
  ["Version=B&Action=A", { operation: "A", version: "B", input: {} }],
  ["Action=%41%20b", { operation: "A b", version: "NO_VERSION_SPECIFIED", input: {} }],
  ["&Action=A&&", { operation: "A", version: "NO_VERSION_SPECIFIED", input: {} }],
  ["Action=A&Version=B=C", { operation: "A", version: "B=C", input: {} }],
  ["Action=A&Version=B&Name=a%20b", { operation: "A", version: "B", input: { Name: "a b" } }],
])("%s is read", (form, call) => {
  expect(decodeCall(form)).toEqual(call);
  expect(decodeCall(Buffer.from(form))).toEqual(call);
});

test.each(["Action=", "action=A", "", "A"])("%j names no operation", (form) => {
  expect(() => decodeCall(form)).toThrow("Missing Action");
});

test.each([
  ["application/x-www-form-urlencoded", true],
  ["application/x-www-form-urlencoded; charset=utf-8", true],
  ["application/x-www-form-urlencoded; charset=latin1", false],
  ["multipart/form-data", false],
  [undefined, false],
])("a body of type %s is a form: %s", (type, expected) => {
  expect(isForm(type)).toBe(expected);
});

test("text that XML cannot hold is replaced", () => {
  expect(errorBody("a\u0000b\uD800c\uFFFEd\r\n\t")).toContain(
    "<Message>a\uFFFDb\uFFFDc\uFFFDd&#xD;\n\t</Message>",
  );
});

test("no text gets out of its element", () => {
  const markup = constantFrom("<", ">", "&", '"', "]]>", "</Message>", "<!--", "\r");
  assert(
    property(oneof(string({ unit: "binary" }), markup, constant("")), (text) => {
      const inner = /<Message>(.*)<\/Message>/s.exec(errorBody(text))?.[1] ?? "<";
      expect(inner).not.toMatch(/[<>"\r]/);
      expect(inner).not.toMatch(/&(?!(?:amp|lt|gt|quot|#xD);)/);
    }),
  );
});

test("whatever is sent, a form is read or refused", () => {
  assert(
    property(string({ unit: "binary" }), (text) => {
      expect(isReadOrRefused(text)).toBe(true);
    }),
  );
});

function isReadOrRefused(text: string): boolean {
  try {
    return decodeCall(Buffer.from(text)).operation !== "";
  } catch (error) {
    return error instanceof ServiceError;
  }
}
