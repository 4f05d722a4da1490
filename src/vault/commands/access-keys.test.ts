import { createHmac } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { vaultBench } from "../../../test/vault-bench.ts";

const bench = await vaultBench();
afterAll(() => bench.close());
const { handlers } = bench.vault;

const facts = { accountId: "111122223333", accessKeyId: "AKIDEXAMPLE" };
const scope = { date: "20150830", region: "us-east-1", service: "iam" };
/** The secret access key of AWS's own examples. */
const example = Buffer.from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

describe("createSecretAccessKey", () => {
  test("makes 40 characters of AWS's alphabet, different each time", () => {
    const made = Array.from({ length: 200 }, () =>
      Buffer.from(bench.ask("createSecretAccessKey", { facts }).secretAccessKey).toString("latin1"),
    );
    for (const each of made) expect(each).toMatch(/^[A-Za-z0-9/+]{40}$/);
    expect(new Set(made).size).toBe(200);
    expect(new Set(made.join("")).size).toBe(64);
  });

  test("takes one that is given, and returns a copy of it", () => {
    const secretAccessKey = Buffer.from("test");
    const reply = bench.ask("createSecretAccessKey", { facts, secretAccessKey });
    expect(reply.secretAccessKey).toEqual(secretAccessKey);
    expect(Buffer.from(reply.wrapped).includes(secretAccessKey)).toBe(false);
    reply.secretAccessKey.fill(0);
    expect(secretAccessKey.toString()).toBe("test");
  });

  test.each(["", "with space", "x".repeat(129), "é"])("refuses %j as malformed", (given) => {
    const secretAccessKey = Buffer.from(given, "utf8");
    const reply = handlers.createSecretAccessKey({ facts, secretAccessKey });
    expect(reply).toEqual({ refused: "malformed" });
  });

  test("refuses facts that cannot be true as malformed", () => {
    for (const wrong of [{ accountId: "1" }, { accessKeyId: "" }, { accessKeyId: "a b" }]) {
      const reply = handlers.createSecretAccessKey({ facts: { ...facts, ...wrong } });
      expect(reply).toEqual({ refused: "malformed" });
    }
  });
});

describe("deriveSigningKey", () => {
  test("derives the signing key that AWS's documentation prints", () => {
    const request = { facts, secretAccessKey: example };
    const { wrapped } = bench.ask("createSecretAccessKey", request);
    const { signingKey } = bench.ask("deriveSigningKey", { facts, wrapped, ...scope });
    expect(Buffer.from(signingKey).toString("hex")).toBe(
      "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9",
    );
  });

  test("derives what the plain HMAC chain gives, from a secret it made itself", () => {
    const { secretAccessKey, wrapped } = bench.ask("createSecretAccessKey", { facts });
    let expected = Buffer.concat([Buffer.from("AWS4"), secretAccessKey]);
    for (const step of [scope.date, scope.region, scope.service, "aws4_request"]) {
      expected = createHmac("sha256", expected).update(step).digest();
    }
    const { signingKey } = bench.ask("deriveSigningKey", { facts, wrapped, ...scope });
    expect(signingKey).toEqual(expected);
  });

  test("refuses a wrapped secret of another account, access key or installation", async () => {
    const { wrapped } = bench.ask("createSecretAccessKey", { facts });
    const request = { facts, wrapped, ...scope };
    const rejected = { refused: "rejected" };
    for (const wrong of [{ accountId: "999999999999" }, { accessKeyId: "AKIDEXAMPLF" }]) {
      const moved = { ...request, facts: { ...facts, ...wrong } };
      expect(handlers.deriveSigningKey(moved)).toEqual(rejected);
    }
    const other = await vaultBench();
    expect(other.vault.handlers.deriveSigningKey(request)).toEqual(rejected);
    other.close();
  });

  test("refuses a scope that no credential has as malformed", () => {
    const { wrapped } = bench.ask("createSecretAccessKey", { facts });
    for (const wrong of [{ date: "" }, { region: "a/b" }, { service: "x".repeat(65) }]) {
      const reply = handlers.deriveSigningKey({ facts, wrapped, ...scope, ...wrong });
      expect(reply).toEqual({ refused: "malformed" });
    }
  });
});
