import { expect, test } from "vitest";
import { elementLines } from "./xml.ts";

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
  expect(elementLines("Result", value).join("\n")).toBe(`<Result>
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
</Result>`);
});
