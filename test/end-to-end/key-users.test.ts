/** IAM users in key policies and grants, by the AWS CLI. */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliLack, errorLine, runAws, skipped } from "./aws-clients.ts";
import {
  keyhaven as keyhavenCommand,
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const scratch = temporaryDirectory();
const dataDirectory = path.join(scratch, "data");
let keyhaven: KeyhavenProcess;

beforeAll(async () => {
  keyhaven = await startKeyhavenProcess({ dataDirectory });
});
afterAll(async () => {
  await keyhaven?.stop();
  removeDirectory(scratch);
});

type Environment = Readonly<Record<string, string>>;

async function aws(options: readonly string[], changes: Environment = {}): Promise<string> {
  return await runAws(keyhaven, [...options, "--output", "json"], changes);
}

async function answer(options: readonly string[], changes: Environment = {}) {
  return JSON.parse(await aws(options, changes)) as Record<string, Record<string, string>>;
}

/** The code of the error that a call is refused with. */
async function refusal(options: readonly string[], changes: Environment = {}) {
  return /\((\w+)\)/.exec(await errorLine(aws(options, changes)))?.[1];
}

interface MadeUser {
  readonly arn: string;
  readonly id: string;
  readonly environment: Environment;
}

async function makeUser(name: string, owner: Environment = {}): Promise<MadeUser> {
  const named = ["--user-name", name];
  const { User } = await answer(["iam", "create-user", ...named], owner);
  const { AccessKey } = await answer(["iam", "create-access-key", ...named], owner);
  return {
    arn: User?.["Arn"] ?? "",
    id: User?.["UserId"] ?? "",
    environment: environmentOf(AccessKey?.["AccessKeyId"], AccessKey?.["SecretAccessKey"]),
  };
}

function environmentOf(accessKeyId = "", secretAccessKey = ""): Environment {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

async function deleteUser(name: string, { environment }: MadeUser): Promise<void> {
  const named = ["--user-name", name];
  const id = ["--access-key-id", environment["AWS_ACCESS_KEY_ID"] ?? ""];
  await aws(["iam", "delete-access-key", ...named, ...id]);
  await aws(["iam", "delete-user", ...named]);
}

async function newKey() {
  const { KeyMetadata } = await answer(["kms", "create-key"]);
  const arn = KeyMetadata?.["Arn"] ?? "";
  const key = ["--key-id", arn];
  return { key, encrypt: ["kms", "encrypt", ...key, "--plaintext", "aGVsbG8="] };
}

function policyFor(arn: string): string {
  const root = `arn:aws:iam::${keyhaven.credentials.accountId}:root`;
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" },
      { Effect: "Allow", Principal: { AWS: arn }, Action: "kms:Encrypt", Resource: "*" },
    ],
  });
}

describe.skipIf(cliLack !== undefined)(`users of keys${skipped(cliLack)}`, () => {
  test("a key policy is enough for its user, not for who has the name afterwards", async () => {
    const alice = await makeUser("alice");
    const { key, encrypt } = await newKey();
    expect(await refusal(encrypt, alice.environment)).toBe("AccessDeniedException");
    const put = ["kms", "put-key-policy", ...key, "--policy-name", "default", "--policy"];
    expect(await refusal([...put, policyFor(`${alice.arn}x`)])).toBe(
      "MalformedPolicyDocumentException",
    );
    await aws([...put, policyFor(alice.arn)]);
    await aws(encrypt, alice.environment);
    const get = ["kms", "get-key-policy", ...key, "--policy-name", "default"];
    expect((await answer(get))["Policy"]).toBe(policyFor(alice.arn));

    await deleteUser("alice", alice);
    expect(await refusal(encrypt, alice.environment)).toBe("UnrecognizedClientException");
    const again = await makeUser("alice");
    expect(again.arn).toBe(alice.arn);
    expect(await refusal(encrypt, again.environment)).toBe("AccessDeniedException");
    expect((await answer(get))["Policy"]).toBe(policyFor(alice.id));
  });

  test("a user of another account needs both policies, or a grant alone", async () => {
    const create = ["account", "create", "--name", "other", "--data-dir", dataDirectory, "--json"];
    const { output } = await keyhavenCommand(...create);
    const { accessKeyId, secretAccessKey } = JSON.parse(output) as Record<string, string>;
    const owner = environmentOf(accessKeyId, secretAccessKey);
    const dora = await makeUser("dora", owner);
    const { key, encrypt } = await newKey();
    const put = ["kms", "put-key-policy", ...key, "--policy-name", "default", "--policy"];
    await aws([...put, policyFor(dora.arn)]);
    expect(await refusal(encrypt, dora.environment)).toBe("AccessDeniedException");
    const own = ["--user-name", "dora", "--policy-name", "own"];
    const document = { Effect: "Allow", Action: "kms:Encrypt", Resource: key[1] };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: document });
    await aws(["iam", "put-user-policy", ...own, "--policy-document", Policy], owner);
    await aws(encrypt, dora.environment);

    const granted = await newKey();
    expect(await refusal(granted.encrypt, dora.environment)).toBe("AccessDeniedException");
    const grant = ["kms", "create-grant", ...granted.key, "--grantee-principal", dora.arn];
    await aws([...grant, "--operations", "Encrypt", "RetireGrant"]);
    await aws(granted.encrypt, dora.environment);
    const listed = JSON.parse(await aws(["kms", "list-grants", ...granted.key])) as {
      readonly Grants: readonly Record<"GrantId" | "GranteePrincipal", string>[];
    };
    expect(listed.Grants).toMatchObject([{ GranteePrincipal: dora.arn }]);
    const GrantId = listed.Grants[0]?.GrantId ?? "";
    const retire = ["kms", "retire-grant", ...granted.key, "--grant-id", GrantId];
    await aws(retire, dora.environment);
    expect(await refusal(granted.encrypt, dora.environment)).toBe("AccessDeniedException");
  });

  test("a key policy that names a session of a role is for that session alone", async () => {
    const carl = await makeUser("carl");
    const trust = { Effect: "Allow", Principal: { AWS: carl.arn }, Action: "sts:AssumeRole" };
    const { Role } = await answer([
      "iam",
      "create-role",
      "--role-name",
      "Build",
      "--assume-role-policy-document",
      JSON.stringify({ Version: "2012-10-17", Statement: trust }),
    ]);
    const assume = ["sts", "assume-role", "--role-arn", Role?.["Arn"] ?? "", "--role-session-name"];
    const session = async (name: string) => {
      const { AssumedRoleUser, Credentials } = await answer([...assume, name], carl.environment);
      const environment = environmentOf(
        Credentials?.["AccessKeyId"],
        Credentials?.["SecretAccessKey"],
      );
      const AWS_SESSION_TOKEN = Credentials?.["SessionToken"] ?? "";
      return {
        arn: AssumedRoleUser?.["Arn"] ?? "",
        environment: { ...environment, AWS_SESSION_TOKEN },
      };
    };
    const [one, two] = [await session("one"), await session("two")];
    const { key, encrypt } = await newKey();
    const put = ["kms", "put-key-policy", ...key, "--policy-name", "default", "--policy"];
    await aws([...put, policyFor(one.arn)]);
    await aws(encrypt, one.environment);
    expect(await refusal(encrypt, two.environment)).toBe("AccessDeniedException");
    const get = ["kms", "get-key-policy", ...key, "--policy-name", "default"];
    expect((await answer(get))["Policy"]).toBe(policyFor(one.arn));
  });
});
