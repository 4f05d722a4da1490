import { describe, expect, test } from "vitest";
import { renamePrincipals } from "./rename-principals.ts";

const names = new Map([
  ["arn:one", "ONE"],
  ["arn:two", "TWO"],
]);

describe("renaming the principals of a policy", () => {
  test.each([
    ['{"Statement":{"Principal":{"AWS":"arn:one"}}}', '{"Statement":{"Principal":{"AWS":"ONE"}}}'],
    [
      '{"Statement":[{"NotPrincipal":{"AWS":["arn:one","x","arn:two"]}}]}',
      '{"Statement":[{"NotPrincipal":{"AWS":["ONE","x","TWO"]}}]}',
    ],
    [
      ' { "Statement" : [ { "Principal" :\t{ "AWS" : "arn\\u003aone" } } ],\n"Id":"arn:one" } ',
      ' { "Statement" : [ { "Principal" :\t{ "AWS" : "ONE" } } ],\n"Id":"arn:one" } ',
    ],
  ])("makes of %s the same text with other names", (text, renamed) => {
    expect(renamePrincipals(text, (name) => names.get(name) ?? name)).toBe(renamed);
  });

  test.each([
    '{"Statement":{"Principal":"*","Sid":"arn:one"}}',
    '{"Statement":{"Principal":{"Service":"arn:one","Federated":["arn:two"]}}}',
    '{"Statement":{"Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:one"}}}}',
    '{"Statement":{"Condition":{"Principal":{"AWS":"arn:one"}}}}',
    '{"Principal":{"AWS":"arn:one"}}',
    '{"Statement":{"Principal":{"AWS":"arn:three"}}}',
  ])("leaves %s alone", (text) => {
    expect(renamePrincipals(text, (name) => names.get(name) ?? name)).toBe(text);
  });
});
