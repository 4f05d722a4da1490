import { expect, test } from "vitest";
import { parseSignedHeaders } from "./signed-headers.ts";

test("a list that has been seen is not parsed again", () => {
  expect(parseSignedHeaders("host;x-amz-date")).toBe(parseSignedHeaders("host;x-amz-date"));
});

test("a list too long to keep is parsed all the same", () => {
  const list = `host;${"x".repeat(2000)}`;
  expect(parseSignedHeaders(list)?.names).toEqual(new Set(list.split(";")));
  expect(parseSignedHeaders(list)).not.toBe(parseSignedHeaders(list));
});

test("lists beyond the number that is kept push out the oldest", () => {
  const first = parseSignedHeaders("host;oldest");
  for (let at = 0; at < 256; at += 1) parseSignedHeaders(`host;name-${at}`);
  expect(parseSignedHeaders("host;oldest")).not.toBe(first);
});
