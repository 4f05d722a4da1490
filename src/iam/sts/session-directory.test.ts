import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { signatureUnder, signedText } from "../../../test/iam-bench.ts";
import { signingKey } from "../../../test/signing-key.ts";
import {
  accountId,
  credentialsIn,
  openStsBench,
  policyOf,
  type SessionCredentials,
  type StsBench,
} from "../../../test/sts-bench.ts";
import type { AccessKeys, SigningScope } from "../../service/access-keys.ts";
import type { JsonObject } from "../../service/service.ts";
import { accessKeyDirectory } from "../access-key-directory.ts";
import { decodeSession, encodeSession } from "./session.ts";
import { withSessions } from "./session-directory.ts";

let bench: StsBench;
let roleArn = "";
let credentials: SessionCredentials;
let scope: SigningScope;
beforeAll(async () => {
  bench = await openStsBench();
});
beforeEach(async () => {
  await bench.reset();
  const record = { accountId, name: "one", createdAtMs: 1, rowVersion: 1 };
  await bench.store.commit([{ kind: "insert", table: "accounts", record }]);
  await bench.user("bob");
  roleArn = await bench.role("App", { Principal: "*" });
  credentials = await assumed();
  scope = {
    accessKeyId: credentials.AccessKeyId,
    sessionToken: credentials.SessionToken,
    date: "20300102",
    region: "us-east-1",
    service: "kms",
  };
});
afterAll(async () => {
  await bench.close();
});

async function assumed(more: JsonObject = {}): Promise<SessionCredentials> {
  const user = await bench.store.findUserNamed(accountId, "bob");
  const caller = {
    type: "IAMUser",
    accountId,
    arn: `arn:aws:iam::${accountId}:user/bob`,
    principalId: user?.userId ?? "",
    identityPolicies: [],
  } as const;
  const input = { RoleArn: roleArn, RoleSessionName: "one", ...more };
  return credentialsIn(await bench.sts("AssumeRole", input, caller));
}

const find = async (changes: Partial<SigningScope> = {}, keys: AccessKeys = bench.accessKeys) =>
  await keys.findSigningCredential({ ...scope, ...changes });

describe("a session's access key", () => {
  test("speaks for the session, until it ends", async () => {
    const found = await find();
    expect(found?.expiresAtMs).toBe(credentials.Expiration.getTime());
    expect(found?.caller).toMatchObject({
      type: "AssumedRole",
      arn: `arn:aws:sts::${accountId}:assumed-role/App/one`,
      accessKeyId: scope.accessKeyId,
    });
    const secret = Buffer.from(credentials.SecretAccessKey).toString();
    expect(found?.signingKey.sign(signedText)).toBe(
      signatureUnder(signingKey(secret, ["20300102", "us-east-1", "kms"])),
    );
  });

  test.each<readonly [string, Partial<SigningScope>]>([
    ["without its token", { sessionToken: undefined }],
    ["with an empty token", { sessionToken: "" }],
    ["with another token", { sessionToken: "AAAA" }],
    ["that lasts, with a token", { accessKeyId: "AKIAIOSFODNN7EXAMPLE" }],
    ["of another session", { accessKeyId: "ASIAIOSFODNN7EXAMPLE" }],
    ["that can be none", { accessKeyId: "ASIA" }],
  ])("%s is unknown", async (_, changes) => {
    expect(await find(changes)).toBeUndefined();
  });

  test("is derived once for each scope, however often it is asked for", async () => {
    const before = bench.derivations();
    await Promise.all(Array.from({ length: 20 }, async () => await find()));
    await find();
    expect(bench.derivations() - before).toBe(1);
    await find({ region: "eu-west-1" });
    expect(bench.derivations() - before).toBe(2);
  });

  test("is opened once, and again in another directory", async () => {
    const opened: string[] = [];
    const keys = withSessions(accessKeyDirectory(bench), {
      ...bench,
      sessionTokens: {
        ...bench.sessionTokens,
        async open(accessKeyId, token) {
          opened.push(accessKeyId);
          return await bench.sessionTokens.open(accessKeyId, token);
        },
      },
    });
    for (let count = 0; count < 3; count += 1) expect(await find({}, keys)).toBeDefined();
    expect(opened).toEqual([scope.accessKeyId]);
  });

  test("two sessions with one access key id are two all the same", async () => {
    const other = await assumed({ RoleSessionName: "two" });
    const readable = Buffer.from(other.SessionToken, "base64").toString();
    const renamed = readable.replaceAll(other.AccessKeyId, scope.accessKeyId);
    const session = decodeSession(Buffer.from(renamed.slice(scope.accessKeyId.length + 1)));
    const wrappedSecret = Buffer.from(
      Buffer.from(session.wrappedSecret).toString().replace(other.AccessKeyId, scope.accessKeyId),
    );
    const bytes = encodeSession({ ...session, wrappedSecret });
    const sessionToken = await bench.sessionTokens.seal(scope.accessKeyId, bytes);
    const [one, two] = [await find(), await find({ sessionToken })];
    expect(two?.caller.session?.name).toBe("two");
    expect(two?.signingKey.sign(signedText)).not.toBe(one?.signingKey.sign(signedText));
  });
});

describe("what becomes of a role shows in the next request:", () => {
  test("another policy", async () => {
    expect((await find())?.caller.identityPolicies).toEqual([]);
    const PolicyDocument = policyOf({ Action: "kms:*", Resource: "*" });
    const named = { RoleName: "App", PolicyName: "p" };
    await bench.iam("PutRolePolicy", { ...named, PolicyDocument });
    expect((await find())?.caller.identityPolicies).toEqual([PolicyDocument]);
    await bench.iam("DeleteRolePolicy", named);
    expect((await find())?.caller.identityPolicies).toEqual([]);
  });

  test("other tags, beneath those of the session", async () => {
    credentials = await assumed({ Tags: [{ Key: "team", Value: "session" }] });
    const changes = {
      accessKeyId: credentials.AccessKeyId,
      sessionToken: credentials.SessionToken,
    };
    const Tags = [
      { Key: "Team", Value: "role" },
      { Key: "Cost", Value: "1" },
    ];
    await bench.iam("TagRole", { RoleName: "App", Tags });
    expect((await find(changes))?.caller.session?.principalTags).toEqual(
      new Map([
        ["team", "session"],
        ["cost", "1"],
      ]),
    );
  });

  test("its end, and nobody comes back with it", async () => {
    expect(await find()).toBeDefined();
    await bench.iam("DeleteRole", { RoleName: "App" });
    expect(await find()).toBeUndefined();
    await bench.role("App", { Principal: "*" });
    expect(await find()).toBeUndefined();
  });
});

test("a token of another version is not read as if it were of this one", () => {
  const bytes = Buffer.from(JSON.stringify({ version: 2, wrappedSecret: "" }));
  expect(() => decodeSession(bytes)).toThrow("another version");
});
