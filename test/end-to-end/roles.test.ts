import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsEnvironment, boto3Lack, cliLack, errorLine, runAws, skipped } from "./aws-clients.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const run = promisify(execFile);
const scratch = temporaryDirectory();
let keyhaven: KeyhavenProcess;

beforeAll(async () => {
  keyhaven = await startKeyhavenProcess({ dataDirectory: path.join(scratch, "data") });
});
afterAll(async () => {
  await keyhaven?.stop();
  removeDirectory(scratch);
});

type Answer = Readonly<Record<string, Readonly<Record<string, string>>>>;

async function aws(options: readonly string[], changes: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const printed = await runAws(keyhaven, [...options, "--output", "json"], changes);
  return (printed === "" ? {} : JSON.parse(printed)) as Answer;
}

/** The error line of a refused call. */
async function refusal(options: readonly string[], changes: NodeJS.ProcessEnv): Promise<string> {
  return await errorLine(aws(options, changes));
}

const statement = (more: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...more } });

/** A user with an access key, who may assume roles. */
async function newUser(name: string): Promise<NodeJS.ProcessEnv> {
  const user = ["--user-name", name];
  await aws(["iam", "create-user", ...user]);
  const policy = statement({ Action: "sts:*", Resource: "*" });
  const named = [...user, "--policy-name", "assume", "--policy-document", policy];
  await aws(["iam", "put-user-policy", ...named]);
  const { AccessKey } = await aws(["iam", "create-access-key", ...user]);
  return {
    AWS_ACCESS_KEY_ID: AccessKey?.["AccessKeyId"],
    AWS_SECRET_ACCESS_KEY: AccessKey?.["SecretAccessKey"],
  };
}

async function newRole(name: string): Promise<string> {
  const trust = statement({
    Principal: { AWS: keyhaven.credentials.accountId },
    Action: ["sts:AssumeRole", "sts:TagSession"],
  });
  const named = ["--role-name", name];
  const { Role } = await aws([
    "iam",
    "create-role",
    ...named,
    "--path",
    "/team/",
    "--assume-role-policy-document",
    trust,
  ]);
  const policy = statement({ Action: ["kms:Encrypt", "kms:DescribeKey"], Resource: "*" });
  const inline = [...named, "--policy-name", "encrypt", "--policy-document", policy];
  await aws(["iam", "put-role-policy", ...inline]);
  return Role?.["Arn"] ?? "";
}

function environmentOf({ Credentials }: Answer): NodeJS.ProcessEnv {
  return {
    AWS_ACCESS_KEY_ID: Credentials?.["AccessKeyId"],
    AWS_SECRET_ACCESS_KEY: Credentials?.["SecretAccessKey"],
    AWS_SESSION_TOKEN: Credentials?.["SessionToken"],
  };
}

/** What the SDK for JavaScript is told of a key when it signs with a session's credentials. */
async function describedBySdk({ Credentials }: Answer, KeyId: string | undefined) {
  const client = new KMSClient({
    region: keyhaven.credentials.region,
    endpoint: keyhaven.url,
    credentials: {
      accessKeyId: Credentials?.["AccessKeyId"] ?? "",
      secretAccessKey: Credentials?.["SecretAccessKey"] ?? "",
      sessionToken: Credentials?.["SessionToken"] ?? "",
    },
  });
  try {
    return (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn;
  } finally {
    client.destroy();
  }
}

describe.skipIf(cliLack !== undefined)(`aws sts assume-role${skipped(cliLack)}`, () => {
  const plaintextFile = path.join(scratch, "plaintext");
  writeFileSync(plaintextFile, "secret");

  test("makes a session that may do what the role may, for as long as there is the role", async () => {
    const { accountId } = keyhaven.credentials;
    const bob = await newUser("bob");
    const roleArn = await newRole("App");
    const { KeyMetadata } = await aws(["kms", "create-key"]);
    const key = ["--key-id", KeyMetadata?.["KeyId"] ?? ""];
    const encrypt = ["kms", "encrypt", ...key, "--plaintext", `fileb://${plaintextFile}`];
    const assume = ["sts", "assume-role", "--role-arn", roleArn, "--role-session-name", "one"];

    expect(await refusal(encrypt, bob)).toContain("(AccessDeniedException)");
    const assumed = await aws([...assume, "--tags", "Key=Team,Value=blue"], bob);
    expect(roleArn).toBe(`arn:aws:iam::${accountId}:role/team/App`);
    const sessionArn = `arn:aws:sts::${accountId}:assumed-role/App/one`;
    expect(assumed).toMatchObject({
      AssumedRoleUser: { Arn: sessionArn },
      PackedPolicySize: expect.any(Number) as number,
    });
    const session = environmentOf(assumed);
    expect(await aws(["sts", "get-caller-identity"], session)).toEqual({
      UserId: assumed["AssumedRoleUser"]?.["AssumedRoleId"],
      Account: accountId,
      Arn: sessionArn,
    });
    expect(await aws(encrypt, session)).toMatchObject({ KeyId: KeyMetadata?.["Arn"] });
    expect(await describedBySdk(assumed, KeyMetadata?.["KeyId"])).toBe(KeyMetadata?.["Arn"]);
    expect(await refusal(["kms", "disable-key", ...key], session)).toBe(
      "An error occurred (AccessDeniedException) when calling the DisableKey operation: User: " +
        `${sessionArn} is not authorized to perform: kms:DisableKey on resource: ` +
        `${KeyMetadata?.["Arn"]} because no identity-based policy allows the kms:DisableKey action`,
    );

    const others = { ...session, AWS_SESSION_TOKEN: `A${session["AWS_SESSION_TOKEN"]}` };
    expect(await refusal(encrypt, others)).toContain("(UnrecognizedClientException)");
    expect(await refusal(["sts", "get-caller-identity"], others)).toContain(
      "(InvalidClientTokenId)",
    );
    const limit = ["--policy", statement({ Action: "kms:DescribeKey", Resource: "*" })];
    const limited = environmentOf(await aws([...assume, ...limit], bob));
    expect(await refusal(encrypt, limited)).toContain(
      "because no session policy allows the kms:Encrypt action",
    );

    await aws(["iam", "delete-role-policy", "--role-name", "App", "--policy-name", "encrypt"]);
    expect(await refusal(encrypt, session)).toContain("(AccessDeniedException)");
    await aws(["iam", "delete-role", "--role-name", "App"]);
    expect(await refusal(encrypt, session)).toContain("(UnrecognizedClientException)");
    expect(await refusal(assume, bob)).toBe(
      "An error occurred (AccessDenied) when calling the AssumeRole operation: User: " +
        `arn:aws:iam::${accountId}:user/bob is not authorized to perform: sts:AssumeRole on ` +
        `resource: ${roleArn}`,
    );
  });
});

describe.skipIf(boto3Lack !== undefined)(`boto3${skipped(boto3Lack)}`, () => {
  test("assumes the role of a profile, also for a presigned URL", async () => {
    const bob = await newUser("carol");
    const roleArn = await newRole("Profile");
    const config = path.join(scratch, "config");
    writeFileSync(
      config,
      `[profile base]
aws_access_key_id=${bob["AWS_ACCESS_KEY_ID"]}
aws_secret_access_key=${bob["AWS_SECRET_ACCESS_KEY"]}
[profile app]
role_arn=${roleArn}
role_session_name=profile
source_profile=base
`,
    );
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...rest } = awsEnvironment(keyhaven);
    const env = {
      ...rest,
      AWS_CONFIG_FILE: config,
      AWS_PROFILE: "app",
      AWS_ENDPOINT_URL: keyhaven.url,
    };
    const { stdout } = await run("python3", ["-c", script, keyhaven.url], { env });
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringContaining(":assumed-role/Profile/profile"),
      expect.stringContaining(":assumed-role/Profile/profile"),
    ]);
  });

  const script = `
import re, sys, urllib.request, boto3
sts = boto3.client("sts")
print(sts.get_caller_identity()["Arn"])
url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
print(re.search("<Arn>(.*)</Arn>", direct.open(url).read().decode()).group(1))
`;
});
