import { BlockList, isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Evaluation } from "../evaluation.ts";
import type { ConditionValue } from "../evaluation.ts";
import { compileCondition } from "./condition.ts";

type Stated = string | readonly string[];

function holds(
  operator: string,
  stated: Stated,
  requested: ConditionValue | undefined,
  facts: Record<string, ConditionValue> = {},
  variables = true,
): boolean {
  const values = typeof stated === "string" ? [stated] : stated;
  const context = new Map(Object.entries(facts));
  if (requested !== undefined) context.set("test:key", requested);
  const clause = { operator, key: "test:Key", values };
  return compileCondition(clause, variables)(new Evaluation(context));
}

/** For each pair of operators: what the policy says, what the request has, whether they fit. */
const tables: [string, string, [Stated, string, boolean][]][] = [
  [
    "StringEquals",
    "StringNotEquals",
    [
      ["abc", "abc", true],
      ["abc", "ABC", false],
      ["abc", "abcd", false],
      ["a*", "abc", false],
      ["a*", "a*", true],
      ["a?c", "a?c", true],
      ["", "", true],
      [["x", "abc"], "abc", true],
      [["x", "y"], "abc", false],
      ["5", "5", true],
      ["5", "5.0", false],
    ],
  ],
  [
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    [
      ["aBc", "AbC", true],
      ["abc", "abd", false],
      ["a*", "abc", false],
      [["x", "ABC"], "abc", true],
    ],
  ],
  [
    "StringLike",
    "StringNotLike",
    [
      ["a*", "abc", true],
      ["a?c", "abc", true],
      ["a?c", "ac", false],
      ["*", "", true],
      ["A*", "abc", false],
      ["alias/*", "alias/a/b", true],
      ["abc", "abcd", false],
      [["x*", "*c"], "abc", true],
    ],
  ],
  [
    "NumericEquals",
    "NumericNotEquals",
    [
      ["5", "5", true],
      ["5", "5.0", true],
      ["5", "05", true],
      ["5", "+5", true],
      ["0", "-0", true],
      ["0.1", ".1", true],
      ["150", "1.5e2", true],
      ["5", "5.000000000000000000001", false],
      ["9007199254740992", "9007199254740993", false],
      ["5", "five", false],
      ["5", "", false],
      ["5", "0x5", false],
      ["5", " 5", false],
      ["5", "Infinity", false],
      ["5", ".", false],
      [["4", "5"], "5", true],
    ],
  ],
  [
    "DateEquals",
    "DateNotEquals",
    [
      ["2026", "2026-01-01T00:00:00Z", true],
      ["2026-03", "2026-03-01", true],
      ["2026-03-01", "2026-03-01T00:00Z", true],
      ["2026-03-01T12:00:00Z", "2026-03-01T14:00:00+02:00", true],
      ["2026-03-01T12:00:00Z", "2026-03-01T09:30:00-02:30", true],
      ["2026-03-01T12:00:00.500Z", "2026-03-01T12:00:00.5Z", true],
      ["1772366400", "2026-03-01T12:00:00Z", true],
      ["2026-03-01T12:00:00Z", "1772366400", true],
      ["2026-03-01T12:00:00Z", "1772366401", false],
      ["2026-03-01", "2026-02-29", false],
      ["2026-03-01", "2026-03-01T24:00:00Z", false],
      ["2026-03-01", "2026-03-01T00:00:00", false],
      ["2026-03-01", "2026-03-*", false],
      ["2026-03-01", "", false],
    ],
  ],
  [
    "IpAddress",
    "NotIpAddress",
    [
      ["203.0.113.0/24", "203.0.113.7", true],
      ["203.0.113.0/24", "203.0.114.7", false],
      ["203.0.113.9/24", "203.0.113.7", true],
      ["203.0.113.7", "203.0.113.7", true],
      ["203.0.113.7", "203.0.113.8", false],
      ["203.0.113.128/25", "203.0.113.127", false],
      ["0.0.0.0/0", "8.8.8.8", true],
      ["0.0.0.0/0", "2001:db8::1", false],
      ["::/0", "8.8.8.8", false],
      ["203.0.113.0/24", "::ffff:203.0.113.7", true],
      ["203.0.113.0/24", "::FFFF:cb00:7107", true],
      ["::ffff:203.0.113.0/120", "203.0.113.7", true],
      ["::ffff:203.0.113.0/120", "203.0.114.7", false],
      ["2001:db8::/32", "2001:db8:ffff::1", true],
      ["2001:db8::/32", "2001:db9::1", false],
      ["2001:DB8::1", "2001:0db8:0:0:0:0:0:1", true],
      ["2001:db8::/33", "2001:db8:8000::", false],
      ["::1", "0:0:0:0:0:0:0:1", true],
      ["1::", "1:0:0:0:0:0:0:0", true],
      ["203.0.113.0/24", "203.0.113.07", false],
      ["203.0.113.0/24", "203.0.113", false],
      ["203.0.113.0/24", "203.0.113.256", false],
      ["203.0.113.0/24", "203.0.113.7/32", false],
      ["203.0.113.0/24", "AWS Internal", false],
      ["::/0", "1::2::3", false],
      ["::/0", "1:2:3:4:5:6:7", false],
      ["::/0", "1:2:3:4:5:6:7:8:9", false],
      ["::/0", "1:2:3:4::5:6:7:8", false],
      ["::/0", "12345::", false],
      ["::/0", ":1", false],
      ["::/0", ":::", false],
      ["::/0", "1.2.3.4::", false],
      ["::/0", "fe80::1%eth0", false],
      [["198.51.100.0/24", "203.0.113.0/24"], "203.0.113.7", true],
    ],
  ],
  ...["Equals", "Like"].map((name): (typeof tables)[number] => [
    `Arn${name}`,
    `ArnNot${name}`,
    [
      ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket", true],
      ["arn:aws:s3:::bucket", "arn:aws:s3:::Bucket", false],
      ["arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:topic", true],
      ["arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:444455556666:topic", false],
      ["arn:aws:iam::*:role/Build", "arn:aws:iam::1:user:role/Build", false],
      ["arn:aws:iam::111122223333:*", "arn:aws:iam::111122223333:role/a/b:c", true],
      ["arn:aws:iam::11112222333?:root", "arn:aws:iam::111122223333:root", true],
      ["arn:*:*:*:*:*", "arn:aws:s3:::bucket", true],
      ["*", "arn:aws:s3:::bucket", true],
      ["*", "bucket", false],
      ["arn:*:*:*:*:*", "bucket", false],
      ["arn:*:*:*:*:*", "arn:aws:s3", false],
      [["arn:aws:s3:::a", "arn:aws:s3:::b"], "arn:aws:s3:::b", true],
    ],
  ]),
];

describe.each(tables)("%s and %s", (positive, negative, rows) => {
  test.each(rows)("%j against %j: %s", (stated, requested, expected) => {
    expect(holds(positive, stated, requested)).toBe(expected);
    expect(holds(negative, stated, requested)).toBe(!expected);
    expect(holds(positive.toLowerCase(), stated, requested)).toBe(expected);
    expect(holds(`${positive}IfExists`, stated, requested)).toBe(expected);
    expect(holds(`${negative}IfExists`, stated, requested)).toBe(!expected);
    expect(holds(`ForAnyValue:${positive}`, stated, requested)).toBe(expected);
    expect(holds(`ForAnyValue:${negative}`, stated, requested)).toBe(!expected);
  });
});

describe("addresses", () => {
  const scraps = fc.string({ unit: fc.constantFrom("::", ":", "1", "f", "0", "."), maxLength: 18 });
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6(), scraps);

  test("are read exactly where node:net reads them", () => {
    fc.assert(
      fc.property(addresses, (text) => {
        const read = ["0.0.0.0/0", "::/0"].some((block) => holds("IpAddress", block, text));
        expect(read).toBe(isIP(text) !== 0);
      }),
      { numRuns: 5_000 },
    );
  });

  test("lie in exactly the blocks that node:net puts them in", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), fc.integer({ min: 0, max: 128 }), (text, base, bits) => {
        const list = new BlockList();
        list.addSubnet(base, bits, "ipv6");
        for (const candidate of [text, base]) {
          const expected = list.check(candidate, "ipv6");
          expect(holds("IpAddress", `${base}/${bits}`, candidate)).toBe(expected);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the orders of numbers and dates", () => {
  const pairs = [
    ["Numeric", "-3", "-2"],
    ["Numeric", "-2", "1"],
    ["Numeric", "9", "10"],
    ["Numeric", "1.25", "1.5"],
    ["Numeric", "0.09", "0.1"],
    ["Numeric", "-1e2", "-99.5"],
    ["Numeric", "9007199254740992", "9007199254740993"],
    ["Date", "2025-12-31T23:59:59Z", "2026"],
    ["Date", "0", "2026-01-01"],
  ] as const;

  test.each(pairs)("%s: %s comes before %s", (type, less, more) => {
    const row = (operator: string) =>
      [
        [more, less],
        [more, more],
        [less, more],
      ].map(([stated = "", requested]) => holds(`${type}${operator}`, stated, requested));
    expect(row("LessThan")).toEqual([true, false, false]);
    expect(row("LessThanEquals")).toEqual([true, true, false]);
    expect(row("GreaterThan")).toEqual([false, false, true]);
    expect(row("GreaterThanEquals")).toEqual([false, true, true]);
  });

  test.each(["LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"])(
    "%s holds for nothing that cannot be read",
    (operator) => {
      expect(holds(`Numeric${operator}`, "5", "many")).toBe(false);
      expect(holds(`Date${operator}`, "2026", "soon")).toBe(false);
    },
  );
});

describe("Bool", () => {
  test.each([
    ["true", "true", true],
    ["true", "TRUE", true],
    ["False", "false", true],
    ["true", "false", false],
    ["false", "0", false],
    ["true", "", false],
    [["true", "false"], "true", true],
  ])("%j against %j: %s", (stated, requested, expected) => {
    expect(holds("Bool", stated, requested)).toBe(expected);
  });

  test("compares with a variable, but never what is not a boolean", () => {
    expect(holds("Bool", "${a:b}", "true", { "a:b": "True" })).toBe(true);
    expect(holds("Bool", "${a:b}", "x", { "a:b": "x" })).toBe(false);
  });
});

describe("BinaryEquals", () => {
  test.each([
    ["QmluYXJ5", "QmluYXJ5", true],
    ["QmluYXJ5", "qmluYXJ5", false],
    ["QQ==", "QR==", true],
    ["", "", true],
    ["QmluYXJ5", "Binary", false],
    ["QQ==", "QQ", false],
    ["QQ==", "Q===", false],
  ])("%s against %s: %s", (stated, requested, expected) => {
    expect(holds("BinaryEquals", stated, requested)).toBe(expected);
  });
});

describe("Null", () => {
  test.each<[string, ConditionValue | undefined, boolean]>([
    ["true", undefined, true],
    ["true", [], true],
    ["true", "", true],
    ["true", "x", false],
    ["True", undefined, true],
    ["false", "x", true],
    ["false", ["x"], true],
    ["false", undefined, false],
    ["false", "", false],
  ])("%s for %j: %s", (stated, requested, expected) => {
    expect(holds("Null", stated, requested)).toBe(expected);
  });
});

describe("a key the request does not have", () => {
  const positive: [string, string][] = [
    ["StringEquals", "*"],
    ["StringEqualsIgnoreCase", ""],
    ["StringLike", "*"],
    ["NumericEquals", "0"],
    ["NumericLessThan", "5"],
    ["NumericLessThanEquals", "5"],
    ["NumericGreaterThan", "-5"],
    ["NumericGreaterThanEquals", "-5"],
    ["DateEquals", "1970"],
    ["DateLessThan", "2026"],
    ["DateLessThanEquals", "2026"],
    ["DateGreaterThan", "1970"],
    ["DateGreaterThanEquals", "1970"],
    ["Bool", "false"],
    ["BinaryEquals", ""],
    ["IpAddress", "0.0.0.0/0"],
    ["ArnEquals", "*"],
    ["ArnLike", "*"],
  ];
  const negative: [string, string][] = [
    ["StringNotEquals", "x"],
    ["StringNotEqualsIgnoreCase", "x"],
    ["StringNotLike", "*"],
    ["NumericNotEquals", "0"],
    ["DateNotEquals", "1970"],
    ["NotIpAddress", "0.0.0.0/0"],
    ["ArnNotEquals", "*"],
    ["ArnNotLike", "*"],
  ];

  test.each(positive)("does not satisfy %s", (operator, stated) => {
    expect(holds(operator, stated, undefined)).toBe(false);
    expect(holds(operator, stated, [])).toBe(false);
  });

  test.each(negative)("satisfies %s", (operator, stated) => {
    expect(holds(operator, stated, undefined)).toBe(true);
    expect(holds(operator, stated, [])).toBe(true);
  });

  test.each([...positive, ...negative])("satisfies %s with IfExists", (operator, stated) => {
    expect(holds(`${operator}IfExists`, stated, undefined)).toBe(true);
    expect(holds(`ForAnyValue:${operator}IfExists`, stated, undefined)).toBe(true);
  });

  test.each([...positive, ...negative])("satisfies ForAllValues:%s", (operator, stated) => {
    expect(holds(`ForAllValues:${operator}`, stated, undefined)).toBe(true);
    expect(holds(`ForAllValues:${operator}`, stated, [])).toBe(true);
    expect(holds(`ForAllValues:${operator}`, stated, "")).toBe(true);
  });

  test.each([...positive, ...negative])("does not satisfy ForAnyValue:%s", (operator, stated) => {
    expect(holds(`ForAnyValue:${operator}`, stated, undefined)).toBe(false);
  });
});

describe("a key with several values", () => {
  test.each([
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b", "a"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
    ["ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], true],
    ["ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], false],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], true],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], false],
    ["ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], true],
    ["ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], false],
    ["ForAnyValue:StringLikeIfExists", ["a*"], ["b", "ax"], true],
    ["ForAnyValue:StringLikeIfExists", ["a*"], ["b", "c"], false],
    ["ForAllValues:StringLikeIfExists", ["a*"], ["ab", "c"], false],
    ["forallvalues:stringequals", ["a"], ["b"], false],
    ["StringEquals", ["a"], ["b", "a"], true],
    ["StringEquals", ["a"], ["b", "c"], false],
    ["StringNotEquals", ["a"], ["a"], false],
    ["ForAllValues:StringEquals", ["a"], ["", "b"], false],
  ])("%s %j against %j: %s", (operator, stated, requested, expected) => {
    expect(holds(operator, stated, requested)).toBe(expected);
  });

  test("is not the same as none: ForAllValues with Null false insists on one", () => {
    const insisted = [undefined, [], "", "a"].map(
      (requested) =>
        holds("ForAllValues:StringEquals", "a", requested) && holds("Null", "false", requested),
    );
    expect(insisted).toEqual([false, false, false, true]);
  });
});

describe("no values in the policy", () => {
  test("fit nothing", () => {
    expect(holds("StringEquals", [], "a")).toBe(false);
    expect(holds("StringNotEquals", [], "a")).toBe(true);
    expect(holds("Null", [], "a")).toBe(false);
  });
});

describe("key names", () => {
  test.each([
    ["kms:EncryptionContext:Department", "kms:encryptioncontext:department"],
    ["AWS:PRINCIPALTAG/Team", "aws:principaltag/team"],
    ["aws:sourceip", "aws:sourceip"],
  ])("%s is looked up without regard to case", (key, inContext) => {
    const asks = compileCondition({ operator: "StringEquals", key, values: ["x"] }, true);
    expect(asks(new Evaluation(new Map([[inContext, "x"]])))).toBe(true);
    expect(asks(new Evaluation(new Map([[`${inContext}s`, "x"]])))).toBe(false);
  });
});

describe("variables in condition values", () => {
  const facts = { "aws:username": "bob", "aws:principalarn": "arn:aws:iam::111122223333:user/bob" };

  test.each([
    ["StringEquals", "${aws:username}", "bob", true],
    ["StringEquals", "${aws:username}", "eve", false],
    ["StringEqualsIgnoreCase", "X-${aws:username}", "x-BOB", true],
    ["StringLike", "${aws:username}/*", "bob/x", true],
    ["StringEquals", "${aws:missing, 'none'}", "none", true],
    ["StringEquals", "a${*}", "a*", true],
    ["ArnLike", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::1:user/bob", true],
    ["ArnEquals", "${aws:PrincipalArn}", "arn:aws:iam::111122223333:user/bob", true],
    ["ArnEquals", "${aws:PrincipalArn}", "arn:aws:iam::111122223333:user/eve", false],
    ["ArnLike", "arn:aws:iam::${aws:PrincipalTag/a:b, '1'}:root", "arn:aws:iam::1:root", true],
  ])("%s %s against %s: %s", (operator, stated, requested, expected) => {
    expect(holds(operator, stated, requested, facts)).toBe(expected);
  });

  test.each(["*", "?", "${aws:userid}", "a:b", "x/y"])("%j never acts as syntax", (username) => {
    const named = { "aws:username": username };
    const like = (stated: string, requested: string) =>
      holds("StringLike", stated, requested, named);
    expect(like("${aws:username}/*", `${username}/1`)).toBe(true);
    expect(like("${aws:username}/*", "z/1")).toBe(false);
    const arn = "arn:aws:iam::${aws:username}:role/*";
    expect(holds("ArnLike", arn, "arn:aws:iam::a:b:role/x", named)).toBe(false);
    expect(holds("ArnLike", arn, "arn:aws:iam::z:role/x", named)).toBe(false);
  });

  test("without a value fit nothing, whatever the operator", () => {
    for (const type of ["StringEquals", "StringEqualsIgnoreCase", "StringLike"]) {
      expect(holds(type, "x${aws:missing}", "x")).toBe(false);
      expect(holds(type.replace("String", "StringNot"), "x${aws:missing}", "x")).toBe(true);
    }
    expect(holds("Bool", "${aws:missing}", "true")).toBe(false);
    expect(holds("ArnEquals", "${aws:missing}", "arn:aws:s3:::b")).toBe(false);
    expect(holds("ArnNotEquals", "${aws:missing}", "arn:aws:s3:::b")).toBe(true);
    expect(holds("StringEquals", ["${aws:missing}", "x"], "x")).toBe(true);
  });

  test.each([
    ["StringEquals", "${aws:username}", "bob", false],
    ["StringEquals", "${aws:username}", "${aws:username}", true],
    ["StringLike", "${*}", "${anything}", true],
    ["StringEquals", "${", "${", true],
  ])("are plain text in a policy of 2008-10-17: %s %s", (operator, stated, requested, expected) => {
    expect(holds(operator, stated, requested, facts, false)).toBe(expected);
  });
});
