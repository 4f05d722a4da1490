import { expect, test } from "vitest";
import { elementLines, joinLines } from "./xml.ts";

test("structures, lists and scalars are elements", () => {
  const value = {
    Name: "a<b",
    Count: 2,
    Done: false,
    At: new Date("2030-01-02T03:04:05.678Z"),
    Missing: undefined,
    Keys: ["x", { Id: "y" }],
    None: [],
  };
  expect(joinLines(elementLines("Result", value))).toBe(`<Result>
  <Name>a&lt;b</Name>
  <Count>2</Count>
  <Done>false</Done>
  <At>2030-01-02T03:04:05Z</At>
  <Keys>
    <member>x</member>
    <member>
      <Id>y</Id>
    </member>
  </Keys>
  <None/>
</Result>
`);
});

test("a secret is bytes among bytes, and is wiped where it came from", () => {
  const secret = Buffer.from("abc");
  const joined = joinLines(elementLines("Key", { Id: "1", Secret: secret }));
  expect(joined).toEqual(Buffer.from("<Key>\n  <Id>1</Id>\n  <Secret>abc</Secret>\n</Key>\n"));
  expect(secret).toEqual(Buffer.alloc(3));
});
