import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../service/service.ts";
import { KmsError } from "./errors.ts";
import * as shape from "./shapes.ts";

const members = Object.entries({
  KeyId: shape.keyReference,
  NumberOfBytes: shape.optional(shape.integer({ min: 1, max: 1024 })),
  Plaintext: shape.optional(shape.blob({ min: 1, max: 4 })),
  KeySpec: shape.optional(shape.oneOf(["AES_256", "AES_128"])),
  GrantTokens: shape.optional(shape.grantTokens),
  AliasName: shape.optional(shape.aliasName),
  Tags: shape.optional(
    shape.listOfStructures<{ TagKey: string; TagValue: string }>({
      TagKey: shape.text({ min: 1, max: 3 }),
      TagValue: shape.text({ max: 3 }),
    }),
  ),
  Limit: shape.optional(shape.limitUpTo(100)),
  Password: shape.optional(shape.secretText({ min: 7, max: 32 })),
  Bypass: shape.optional(shape.flag),
  EncryptionContext: shape.optional(shape.encryptionContext),
}) as [string, shape.Shape<unknown>][];

function complaints(sent: JsonObject): readonly string[] {
  return shape.memberComplaints(shape.readMembers({ KeyId: "x", ...sent }, members), members, "");
}

describe("a constraint that is broken is told as AWS tells it", () => {
  test.each<[JsonObject, string]>([
    [
      { KeyId: "" },
      "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { NumberOfBytes: 0 },
      "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      { NumberOfBytes: 1025 },
      "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
    ],
    [
      { Plaintext: new Uint8Array(5) },
      "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4",
    ],
    [
      { Plaintext: new Uint8Array(0) },
      "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      { KeySpec: "AES_1" },
      "Value 'AES_1' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
    ],
    [
      { AliasName: "alias/ü" },
      "Value 'alias/ü' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    [
      {
        Tags: [
          { TagKey: "a", TagValue: "b" },
          { TagKey: "long", TagValue: "b" },
        ],
      },
      "Value 'long' at 'tags.2.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 3",
    ],
    [
      { Tags: [{ TagKey: "a" }] },
      "Value null at 'tags.1.member.tagValue' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Limit: 101 },
      "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
    ],
    [
      { Password: "secret" },
      "Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 7",
    ],
    [
      { Limit: 1001 },
      "Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
  ])("%j", (sent, words) => {
    expect(complaints(sent)).toEqual([words]);
  });

  test("a required member that is absent is null", () => {
    const missing = shape.memberComplaints(shape.readMembers({}, members), members, "");
    expect(missing).toEqual([
      "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
    ]);
  });

  test("an element of a list is told of the list as a whole", () => {
    expect(complaints({ GrantTokens: ["a", ""] })).toEqual([
      "Value at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: " +
        "[Member must have length greater than or equal to 1, Member must have length less than or equal to 8192]",
    ]);
  });

  test("every broken constraint is told", () => {
    expect(complaints({ KeySpec: "x", NumberOfBytes: 0 })).toHaveLength(2);
  });

  test("what is within its constraints is not", () => {
    expect(complaints({ NumberOfBytes: 1024, Limit: 100, KeySpec: "AES_128" })).toEqual([]);
  });
});

describe("a value of another type is a serialization error", () => {
  test.each<[string, JsonValue, string]>([
    ["KeyId", 5, "NUMBER_VALUE can not be converted to a String"],
    ["KeyId", true, "TRUE_VALUE can not be converted to a String"],
    ["KeyId", {}, "Start of structure or map found where not expected."],
    ["KeyId", [], "Start of list found where not expected"],
    ["Bypass", "true", "STRING_VALUE can not be converted to a Boolean"],
    ["NumberOfBytes", "32", "STRING_VALUE can not be converted to an Integer"],
    ["GrantTokens", "token", "Expected list or null"],
    ["EncryptionContext", "a=b", "Expected map or null"],
    ["EncryptionContext", { a: 1 }, "NUMBER_VALUE can not be converted to a String"],
    ["Tags", [5], "Expected map or null"],
  ])("%s: %j", (member, value, message) => {
    const attempt = (): unknown => shape.readMembers({ KeyId: "x", [member]: value }, members);
    expect(attempt).toThrow(new KmsError("SerializationException", message));
  });

  test("null is the same as absent, and unknown members are ignored", () => {
    const read = shape.readMembers({ KeyId: "x", KeySpec: null, Surprise: 1 }, members);
    expect(read).toEqual({ KeyId: "x" });
  });
});
