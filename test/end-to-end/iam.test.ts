import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cliLack, errorLine, runAws, skipped } from "./aws-clients.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const scratch = temporaryDirectory();
let keyhaven: KeyhavenProcess;

beforeAll(async () => {
  keyhaven = await startKeyhavenProcess({ dataDirectory: path.join(scratch, "data") });
});
afterAll(async () => {
  await keyhaven?.stop();
  removeDirectory(scratch);
});

async function aws(options: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<string> {
  return await runAws(keyhaven, [...options, "--output", "json"], changes);
}

async function answer(options: readonly string[], changes: NodeJS.ProcessEnv = {}) {
  return JSON.parse(await aws(options, changes)) as Record<string, Record<string, string>>;
}

/** The error line of a refused call. */
async function refusal(options: readonly string[], changes: NodeJS.ProcessEnv): Promise<string> {
  return await errorLine(aws(options, changes));
}

describe.skipIf(cliLack !== undefined)(`aws iam${skipped(cliLack)}`, () => {
  const named = ["--user-name", "bob", "--policy-name", "encrypt"];
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: ["kms:Encrypt", "kms:DescribeKey"], Resource: "*" },
  });

  const plaintextFile = path.join(scratch, "plaintext");
  writeFileSync(plaintextFile, "secret");

  test("makes a user who may do what its policy allows, for as long as it does", async () => {
    const { accountId } = keyhaven.credentials;
    const { KeyMetadata } = await answer(["kms", "create-key"]);
    const key = ["--key-id", KeyMetadata?.["KeyId"] ?? ""];
    const encrypt = ["kms", "encrypt", ...key, "--plaintext", `fileb://${plaintextFile}`];
    const { User } = await answer(["iam", "create-user", "--user-name", "bob"]);
    await aws(["iam", "put-user-policy", ...named, "--policy-document", document]);
    const { AccessKey } = await answer(["iam", "create-access-key", "--user-name", "bob"]);
    const bob = {
      AWS_ACCESS_KEY_ID: AccessKey?.["AccessKeyId"] ?? "",
      AWS_SECRET_ACCESS_KEY: AccessKey?.["SecretAccessKey"] ?? "",
    };

    expect(await answer(["sts", "get-caller-identity"], bob)).toEqual({
      UserId: User?.["UserId"],
      Account: accountId,
      Arn: `arn:aws:iam::${accountId}:user/bob`,
    });
    expect(await answer(encrypt, bob)).toMatchObject({ KeyId: KeyMetadata?.["Arn"] });
    expect(await refusal(["kms", "disable-key", ...key], bob)).toBe(
      "An error occurred (AccessDeniedException) when calling the DisableKey operation: User: " +
        `arn:aws:iam::${accountId}:user/bob is not authorized to perform: kms:DisableKey on ` +
        `resource: ${KeyMetadata?.["Arn"]} because no identity-based policy allows the ` +
        "kms:DisableKey action",
    );
    expect(await refusal(["iam", "list-users"], bob)).toContain("(AccessDenied)");

    await aws(["iam", "delete-user-policy", ...named]);
    expect(await refusal(encrypt, bob)).toContain("(AccessDeniedException)");
    const id = ["--user-name", "bob", "--access-key-id", bob.AWS_ACCESS_KEY_ID];
    await aws(["iam", "update-access-key", ...id, "--status", "Inactive"]);
    expect(await refusal(encrypt, bob)).toContain("(UnrecognizedClientException)");
    await aws(["iam", "delete-access-key", ...id]);
    await aws(["iam", "delete-user", "--user-name", "bob"]);
    expect(await refusal(["iam", "get-user", "--user-name", "bob"], {})).toBe(
      "An error occurred (NoSuchEntity) when calling the GetUser operation: " +
        "The user with name bob cannot be found.",
    );
  });

  test("shows a policy as it was sent", async () => {
    await aws(["iam", "create-user", "--user-name", "carol"]);
    const policy = ["--user-name", "carol", "--policy-name", "p"];
    await aws(["iam", "put-user-policy", ...policy, "--policy-document", document]);
    const found = await answer(["iam", "get-user-policy", ...policy]);
    expect(found["PolicyDocument"]).toEqual(JSON.parse(document));
  });

  test("lets a user do what a group's policy allows and the boundary does not forbid", async () => {
    const { accountId } = keyhaven.credentials;
    const { KeyMetadata } = await answer(["kms", "create-key"]);
    const key = ["--key-id", KeyMetadata?.["KeyId"] ?? ""];
    const encrypt = ["kms", "encrypt", ...key, "--plaintext", `fileb://${plaintextFile}`];
    await aws(["iam", "create-user", "--user-name", "dave"]);
    const { AccessKey } = await answer(["iam", "create-access-key", "--user-name", "dave"]);
    const dave = {
      AWS_ACCESS_KEY_ID: AccessKey?.["AccessKeyId"] ?? "",
      AWS_SECRET_ACCESS_KEY: AccessKey?.["SecretAccessKey"] ?? "",
    };
    const created = ["iam", "create-policy", "--policy-name", "writing"];
    const { Policy } = await answer([...created, "--policy-document", document]);
    const policy = ["--policy-arn", Policy?.["Arn"] ?? ""];
    expect(Policy?.["Arn"]).toBe(`arn:aws:iam::${accountId}:policy/writing`);
    const group = ["--group-name", "writers"];
    await aws(["iam", "create-group", ...group]);
    await aws(["iam", "attach-group-policy", ...group, ...policy]);
    expect(await refusal(encrypt, dave)).toContain("no identity-based policy allows");
    await aws(["iam", "add-user-to-group", ...group, "--user-name", "dave"]);
    expect(await answer(encrypt, dave)).toMatchObject({ KeyId: KeyMetadata?.["Arn"] });

    const nothing = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "kms:DescribeKey", Resource: "*" },
    });
    const limited = ["iam", "create-policy", "--policy-name", "limit"];
    const { Policy: limit } = await answer([...limited, "--policy-document", nothing]);
    const boundary = ["--user-name", "dave", "--permissions-boundary", limit?.["Arn"] ?? ""];
    await aws(["iam", "put-user-permissions-boundary", ...boundary]);
    expect(await refusal(encrypt, dave)).toContain(
      "because no permissions boundary allows the kms:Encrypt action",
    );
    const widened = ["--policy-arn", limit?.["Arn"] ?? "", "--set-as-default"];
    await aws(["iam", "create-policy-version", ...widened, "--policy-document", document]);
    expect(await answer(encrypt, dave)).toMatchObject({ KeyId: KeyMetadata?.["Arn"] });

    const version = ["--policy-arn", limit?.["Arn"] ?? "", "--version-id", "v2"];
    const { PolicyVersion } = await answer(["iam", "get-policy-version", ...version]);
    expect(PolicyVersion?.["Document"]).toEqual(JSON.parse(document));
    expect(await answer(["iam", "list-entities-for-policy", ...policy])).toMatchObject({
      PolicyGroups: [{ GroupName: "writers" }],
    });
    const conflict = await refusal(["iam", "delete-user", "--user-name", "dave"], {});
    expect(conflict).toContain("(DeleteConflict)");
    await aws(["iam", "detach-group-policy", ...group, ...policy]);
    expect(await refusal(encrypt, dave)).toContain("no identity-based policy allows");
    await aws(["iam", "delete-policy", ...policy]);
  });
});
