import { describe, expect, test } from "vitest";
import { collapseBlanks } from "./blanks.ts";
import { canonicalQuery, parseQuery } from "./canonical-query.ts";
import { canonicalUri, encodePath } from "./canonical-uri.ts";
import { readHeaderFields } from "./header-fields.ts";

describe("the canonical URI", () => {
  test.each([
    ["/", "/"],
    ["", "/"],
    ["//", "/"],
    ["/a/./b//c/../d", "/a/b/d"],
    ["/a/..", "/"],
    ["/../../a", "/a"],
    ["/a/", "/a/"],
    ["/a%20b", "/a%2520b"],
    ["/a b+c*", "/a%20b%2Bc%2A"],
    ["/..%2f", "/..%252f"],
    ["/\u00e1\u0088\u00b4", "/%E1%88%B4"],
  ])("of %j is %j", (path, uri) => {
    expect(canonicalUri(path)).toBe(uri);
  });

  test("is left as it is but for its bytes where a service does not normalise", () => {
    expect(encodePath("//a/../b c")).toBe("//a/../b%20c");
  });
});

describe("the canonical query", () => {
  test.each([
    ["", ""],
    ["&&", ""],
    ["b=2&a=1", "a=1&b=2"],
    ["a=2&a=10&a=1", "a=1&a=10&a=2"],
    // By name first: "a-" sorts before "a=" as text, but not as a name.
    ["a-=1&a=2", "a=2&a-=1"],
    ["a", "a="],
    ["a=b=c", "a=b%3Dc"],
    ["a=%2f/", "a=%2F%2F"],
    ["a=1+2", "a=1%2B2"],
    ["%61=%41", "a=A"],
    ["a=100%&b=%zz&c=%4", "a=100%25&b=%25zz&c=%254"],
    ["a=%C3%A9\u00c3\u00a9", "a=%C3%A9%C3%A9"],
  ])("of %j is %j", (query, canonical) => {
    expect(canonicalQuery(parseQuery(query))).toBe(canonical);
  });
});

describe("a header value", () => {
  test.each([
    ["", ""],
    ["a b", "a b"],
    ["  a  b  ", "a b"],
    ["\ta\t\tb", "a b"],
    [" ", ""],
    ['"a   b"', '"a b"'],
    ["a\u00a0\u00a0b", "a\u00a0\u00a0b"],
  ])("of %j is signed as %j", (value, collapsed) => {
    expect(collapseBlanks(value)).toBe(collapsed);
  });

  test("of a repeated header is joined in arrival order", () => {
    const fields = readHeaderFields(["A", "2 ", "b", "x", "a", " 1"]);
    expect(fields.names).toEqual(["a", "b"]);
    expect(fields.names.map((name) => fields.get(name))).toEqual(["2,1", "x"]);
  });
});
