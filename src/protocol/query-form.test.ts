import { describe, expect, test } from "vitest";
import { inputOf, readForm } from "./query-form.ts";

const input = (form: string) => inputOf(readForm(form));

describe("the fields of a form", () => {
  test("are members, and members of members", () => {
    expect(input("Name=a&Owner.Id=1&Owner.Home.City=x")).toEqual({
      Name: "a",
      Owner: { Id: "1", Home: { City: "x" } },
    });
  });

  test("are elements of lists, in the order of their numbers", () => {
    expect(input("Keys.member.10=c&Keys.member.2=b&Keys.member.1=a")).toEqual({
      Keys: ["a", "b", "c"],
    });
    expect(input("Tags.member.1.Key=k&Tags.member.1.Value=v")).toEqual({
      Tags: [{ Key: "k", Value: "v" }],
    });
  });

  test("hold blanks for the plus signs of a body, and plus signs for those of a query", () => {
    const form = "Policy=a+b%2Bc%20d";
    expect(readForm(Buffer.from(form)).get("Policy")).toBe("a b+c d");
    expect(readForm(form).get("Policy")).toBe("a+b+c d");
  });

  test("have no special names", () => {
    const read = input("__proto__.polluted=1&constructor=2");
    expect(Object.keys(read)).toEqual(["__proto__", "constructor"]);
    expect({}).not.toHaveProperty("polluted");
  });
});

test.each([
  ["text and structure at once", "A=1&A.B=2"],
  ["structure and text at once", "A.B=2&A=1"],
  ["a list whose number is no number", "A.member.x=1"],
  ["a list that is counted from 0", "A.member.0=1"],
  ["a list with a number of another size", "A.member.99999=1"],
  ["a list whose number is that of Object", "A.member.__proto__=1"],
  ["too many levels", "a.b.c.d.e.f.g.h.i=1"],
])("%s is refused", (_, form) => {
  expect(() => input(form)).toThrow("syntax error");
});
