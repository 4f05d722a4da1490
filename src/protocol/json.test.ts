import * as fc from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../service/service-error.ts";
import { maxDepth, maxTokens, readJson } from "./json.ts";

const read = (text: string, ...blobs: string[]) => readJson(Buffer.from(text), new Set(blobs));
/** With prototypes, and without the difference between 0 and -0; nothing stays nothing. */
const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

const unexpected = "Unexpected token received from parser";

/** Why a text is refused; nothing when it is read. Anything else that is thrown is a failure. */
function refusalOf(text: string | Buffer, ...blobs: string[]): string | undefined {
  try {
    readJson(Buffer.from(text), new Set(blobs));
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return `${error.code} ${error.status}: ${error.message}`;
  }
}

const refused = `SerializationException 400: ${unexpected}`;

/** Any JSON object without null members, which are dropped, and with well-formed text. */
const documents = fc.dictionary(
  fc.string({ unit: "binary" }),
  fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.string({ unit: "binary" }),
      fc.double({ min: -9e18, max: 9e18, noNaN: true }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4 }),
    ),
  })).value,
);

describe("a document", () => {
  test("reads as JSON.parse reads it, however it is spaced", () => {
    fc.assert(
      fc.property(documents, fc.constantFrom("", " ", "\t", "\n"), (document, indent) => {
        const text = JSON.stringify(document, undefined, indent);
        const expected: unknown = JSON.parse(text);
        expect(plain(read(text))).toEqual(plain(expected));
      }),
    );
  });

  test("is refused or read as JSON.parse reads it when a byte of it is changed", () => {
    const change = fc.tuple(
      fc.nat(),
      fc.constantFrom(...'"\\{}[]:,0-.eE+tfnu /\n\u0001'.split("")),
    );
    fc.assert(
      fc.property(
        documents,
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (document, changes) => {
          const bytes = Buffer.from(JSON.stringify(document));
          for (const [at, byte] of changes) bytes.write(byte, at % bytes.length, "latin1");
          const isRead = refusalOf(bytes) === undefined;
          const ours = isRead ? plain(readJson(bytes)) : undefined;
          const theirs: unknown = isRead ? JSON.parse(bytes.toString(), withoutNull) : undefined;
          expect(ours).toEqual(plain(theirs));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("has objects that inherit nothing, in which no name is special", () => {
    const document = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}');
    expect(Object.keys(document)).toEqual(["__proto__", "constructor"]);
    expect("polluted" in {}).toBe(false);
    for (const object of [document, document["__proto__"], read("{}")]) {
      const prototype: object = Object.getPrototypeOf(object);
      expect(Reflect.ownKeys(prototype)).toEqual([]);
      expect(Object.getPrototypeOf(prototype)).toBeNull();
      expect(prototype).toSatisfy(Object.isFrozen);
    }
    expect(
      ["__proto__", "toString", "hasOwnProperty"].filter((name) => name in read("{}")),
    ).toEqual([]);
  });

  test("refuses __proto__ twice like any other name", () => {
    expect(() => read('{"__proto__":1,"__proto__":2}')).toThrow(ServiceError);
  });

  test("leaves out members that are null, at every depth, and keeps null in a list", () => {
    expect(plain(read('{"a":null,"b":{"c":null},"d":[null]}'))).toEqual({ b: {}, d: [null] });
  });

  test("keeps integers to 64 bits", () => {
    expect(read('{"n":9223372036854775807}')["n"]).toBe(2 ** 63);
    expect(read('{"n":-9223372036854775808}')["n"]).toBe(-(2 ** 63));
    expect(read('{"n":1.5e300}')["n"]).toBe(1.5e300);
  });
});

const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
const listed = (values: number) => `{"a":[${Array.from({ length: values }, () => 1).join()}]}`;

describe("refused is", () => {
  test.each([
    ["nothing", ""],
    ["white space", " \n"],
    ["a string at the top", '"x"'],
    ["null at the top", "null"],
    ["bytes after the end", "{}{}"],
    ["an unfinished object", '{"a":1'],
    ["a comma at the end", '{"a":1,}'],
    ["a comma at the start", "{,}"],
    ["a missing colon", '{"a" 1}'],
    ["a name without quotes", "{a:1}"],
    ["a name that comes twice", '{"a":1,"a":1}'],
    ["a name that comes twice in two spellings", '{"a":1,"\\u0061":1}'],
    ["a name that comes twice, first null", '{"a":null,"a":1}'],
    ["a name that comes twice, then null", '{"a":1,"a":null}'],
    ["a name that comes twice within", '{"a":{"b":1,"b":2}}'],
    ["a control character", '{"a":"\u0001"}'],
    ["a bad escape", '{"a":"\\x"}'],
    ["a short escape", '{"a":"\\u00"}'],
    ["an escape at the end", '{"a":"\\'],
    ["an escaped lone surrogate", '{"a":"\\ud800"}'],
    ["an escaped surrogate pair in the wrong order", '{"a":"\\udc00\\ud800"}'],
    ["a leading zero", '{"a":01}'],
    ["a plus sign", '{"a":+1}'],
    ["a bare minus", '{"a":-}'],
    ["a number beyond a double", '{"a":1e999}'],
    ["an integer beyond 64 bits", '{"a":9223372036854775808}'],
    ["an integer below 64 bits", '{"a":-9223372036854775809}'],
    ["a very long integer", `{"a":1${"0".repeat(100_000)}}`],
    ["NaN", '{"a":NaN}'],
    ["a word that does not end", '{"a":tru}'],
    ["a comment", '{"a":1/**/}'],
    ["a byte order mark", "\ufeff{}"],
  ])("%s", (_, text) => {
    expect(refusalOf(text)).toBe(refused);
  });

  test("a list at the top, in AWS's words", () => {
    expect(refusalOf("[]")).toBe(
      "SerializationException 400: Start of list found where not expected",
    );
  });

  test("text that is not UTF-8", () => {
    expect(refusalOf(Buffer.from('{"a":"\xff"}', "latin1"))).toBe(refused);
  });

  test("a lone surrogate in bytes", () => {
    expect(refusalOf(Buffer.from('{"a":"\xed\xa0\x80"}', "latin1"))).toBe(refused);
  });

  test("nesting beyond the limit, and not at it", () => {
    expect(refusalOf(nested(maxDepth))).toBeUndefined();
    expect(refusalOf(nested(maxDepth + 1))).toBe(refused);
    expect(refusalOf(`{"a":`.repeat(20_000))).toBe(refused);
  });

  test("more names and values than the limit, and not as many", () => {
    expect(refusalOf(listed(maxTokens - 2))).toBeUndefined();
    expect(refusalOf(listed(maxTokens - 1))).toBe(refused);
    const many = Array.from({ length: maxTokens }, (_, index) => `"${index}":null`).join();
    expect(refusalOf(`{${many}}`)).toBe(refused);
  });
});

describe("a blob", () => {
  const secret = Buffer.from("correct horse battery staple??>>");

  test("is bytes, whatever was in it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = JSON.stringify({ Plaintext: Buffer.from(bytes).toString("base64") });
        expect(read(text, "Plaintext")["Plaintext"]).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("may have its characters escaped", () => {
    const text = secret.toString("base64");
    const slashes = text.replaceAll("/", "\\/");
    const codes = text.replaceAll(/./g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
    expect(slashes).toContain("\\/");
    for (const spelling of [slashes, codes]) {
      expect(read(`{"b":"${spelling}"}`, "b")["b"]).toEqual(secret);
    }
  });

  test.each(["Q", "QQ==\\n", "QQ==\\", "\\u01", "\\u0151QQQ", "\\u00gg", "Q\\tQ=", "\u00e9"])(
    "is refused when it is spelled %s",
    (spelling) => {
      expect(refusalOf(`{"b":"${spelling}"}`, "b")).toBe(refused);
    },
  );

  test("keeps its JSON type when it is not a string, for the service to refuse", () => {
    expect(read('{"b":7}', "b")["b"]).toBe(7);
    expect("b" in read('{"b":null}', "b")).toBe(false);
  });

  test("is text below the top level and under other names", () => {
    expect(plain(read('{"m":{"b":"QQ=="},"c":"QQ=="}', "b"))).toEqual({
      m: { b: "QQ==" },
      c: "QQ==",
    });
  });

  test("may not come twice", () => {
    expect(refusalOf('{"b":"QQ==","b":"QQ=="}', "b")).toBe(refused);
  });
});

const corpus = path.resolve(
  import.meta.dirname,
  "../../../shared/vectors/hostile-input/json-test-suite.json.gz",
);

interface CorpusFile {
  readonly name: string;
  readonly expect: "accept" | "reject" | "either";
  readonly base64: string;
}

describe.skipIf(!existsSync(corpus))("the JSON parsing test suite", () => {
  /** Where we are stricter than the RFC asks. */
  const stricter = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

  test("is read and refused as it says, each file as a member of an object", () => {
    const { files }: { files: CorpusFile[] } = JSON.parse(
      gunzipSync(readFileSync(corpus)).toString(),
    );
    const outcomes = files.map(({ name, base64 }) => {
      const value = Buffer.from(base64, "base64");
      const refusal = refusalOf(
        Buffer.concat([Buffer.from('{"member":'), value, Buffer.from("}")]),
      );
      return { name, expect: refusal === undefined ? "accept" : "reject" };
    });
    const surprises = outcomes.filter((outcome, at) => {
      const expected = stricter.includes(outcome.name) ? "reject" : files[at]?.expect;
      return expected !== "either" && expected !== outcome.expect;
    });
    expect(surprises).toEqual([]);
    expect(files).toHaveLength(318);
  });
});

/** Leaves out null members as the reader does; a null in a list stays. */
function withoutNull(this: unknown, _: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}
