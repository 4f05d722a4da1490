import { execFile, execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import * as sdk from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { operations } from "../../src/kms/operations.ts";
import {
  awsEnvironment,
  boto3Lack,
  cliLack,
  errorLine,
  lack,
  runAws,
  skipped,
} from "./aws-clients.ts";
import {
  type KeyhavenProcess,
  removeDirectory,
  startKeyhavenProcess,
  temporaryDirectory,
} from "./keyhaven-process.ts";

const run = promisify(execFile);
const secret = "correct horse battery staple";

const opensslLack = lack("openssl", ["version"], /SSL ([\d.]+)/, {});

const scratch = temporaryDirectory();
let keyhaven: KeyhavenProcess;
let client: sdk.KMSClient;

beforeAll(async () => {
  keyhaven = await startKeyhavenProcess({ dataDirectory: path.join(scratch, "data") });
  client = keyhaven.client();
});
afterAll(async () => {
  client?.destroy();
  await keyhaven?.stop();
  removeDirectory(scratch);
});

describe.skipIf(cliLack !== undefined)(`the AWS CLI${skipped(cliLack)}`, () => {
  let keyId: string;
  let keyArn: string;
  let plaintextFile: string;

  beforeAll(async () => {
    keyId = await newKey();
    keyArn = arn(`key/${keyId}`);
    plaintextFile = file("plaintext", secret);
  });

  test("makes a key and describes it by id, ARN, alias and alias ARN", async () => {
    const created = await aws("create-key", "--description", "made by the CLI");
    const metadata = {
      AWSAccountId: keyhaven.credentials.accountId,
      Description: "made by the CLI",
      Enabled: true,
      KeySpec: "SYMMETRIC_DEFAULT",
      KeyState: "Enabled",
      KeyUsage: "ENCRYPT_DECRYPT",
    };
    expect(created).toMatchObject({ KeyMetadata: metadata });
    const { KeyId } = (created as { readonly KeyMetadata: { readonly KeyId: string } }).KeyMetadata;
    await aws("create-alias", "--alias-name", "alias/described", "--target-key-id", KeyId);
    const names = [KeyId, arn(`key/${KeyId}`), "alias/described", arn("alias/described")];
    const described = await Promise.all(
      names.map(async (name) => await aws("describe-key", "--key-id", name)),
    );
    expect(described).toEqual([created, created, created, created]);
  });

  test("makes, lists, moves and deletes an alias", async () => {
    const [from, to] = await Promise.all([newKey(), newKey()]);
    const name = ["--alias-name", "alias/moved"];
    await aws("create-alias", ...name, "--target-key-id", from);
    expect([await aliasesOf(from), await aliasesOf(to)]).toEqual(["alias/moved", ""]);
    await aws("update-alias", ...name, "--target-key-id", to);
    expect([await aliasesOf(from), await aliasesOf(to)]).toEqual(["", "alias/moved"]);
    expect(await cliError("create-alias", ...name, "--target-key-id", from)).toBe(
      "An error occurred (AlreadyExistsException) when calling the CreateAlias operation: " +
        `An alias with the name ${arn("alias/moved")} already exists`,
    );
    await aws("delete-alias", ...name);
    expect(await aliasesOf(to)).toBe("");
    expect(await cliError("delete-alias", ...name)).toBe(
      "An error occurred (NotFoundException) when calling the DeleteAlias operation: " +
        `Alias ${arn("alias/moved")} is not found.`,
    );
  });

  test("encrypts and decrypts, and only with the same encryption context", async () => {
    const blob = await encrypt(keyId, "Department=Engineering,Stage=test");
    const decrypt = ["decrypt", "--ciphertext-blob", blob] as const;
    const context = ["--encryption-context", "Stage=test,Department=Engineering"];
    const answer = await aws(...decrypt, ...context);
    expect(answer).toMatchObject({
      KeyId: keyArn,
      Plaintext: Buffer.from(secret).toString("base64"),
      EncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    });
    expect((await cliError(...decrypt)).trimEnd()).toBe(
      "An error occurred (InvalidCiphertextException) when calling the Decrypt operation:",
    );
    expect(await cliError(...decrypt, ...context, "--key-id", await newKey())).toBe(
      "An error occurred (IncorrectKeyException) when calling the Decrypt operation: The key ID " +
        "in the request does not identify a CMK that can perform this operation.",
    );
  });

  test("gets data keys, with and without plaintext, that decrypt to their length", async () => {
    const query = "[Plaintext,CiphertextBlob]";
    const key = ["--key-id", keyId, "--key-spec", "AES_256"];
    const [plaintext = "", wrapped = ""] = words(await text("generate-data-key", query, ...key));
    expect(Buffer.from(plaintext, "base64")).toHaveLength(32);
    expect(await decrypted(wrapped)).toEqual(Buffer.from(plaintext, "base64"));
    const size = ["--key-id", keyId, "--number-of-bytes", "100"];
    const without = await aws("generate-data-key-without-plaintext", ...size);
    expect(without).not.toHaveProperty("Plaintext");
    expect(without).toMatchObject({ KeyId: keyArn });
    const blob = await text("generate-data-key-without-plaintext", "CiphertextBlob", ...size);
    expect(await decrypted(blob)).toHaveLength(100);
  });

  test("re-encrypts under another key and another encryption context", async () => {
    const destination = await newKey();
    const source = await encrypt(keyId, "from=here");
    const from = ["--ciphertext-blob", source, "--source-encryption-context", "from=here"];
    const to = ["--destination-encryption-context", "to=there"];
    const options = [...from, "--destination-key-id", destination, ...to];
    expect(await aws("re-encrypt", ...options)).toMatchObject({
      SourceKeyId: keyArn,
      KeyId: arn(`key/${destination}`),
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
    });
    const moved = await text("re-encrypt", "CiphertextBlob", ...options);
    expect(await decrypted(moved, "--encryption-context", "to=there")).toEqual(Buffer.from(secret));
  });

  test("replicates a key, decrypts in the other Region, and moves the primary there", async () => {
    const there = ["--region", "eu-west-1"];
    const id = await text("create-key", "KeyMetadata.KeyId", "--multi-region");
    const key = ["--key-id", id];
    const replica = arn(`key/${id}`).replace("us-east-1", "eu-west-1");
    expect(await aws("replicate-key", ...key, "--replica-region", "eu-west-1")).toMatchObject({
      ReplicaKeyMetadata: { Arn: replica, KeyState: "Creating" },
    });
    const blob = await encrypt(id, "from=here");
    const sent = ["--ciphertext-blob", blob, "--encryption-context", "from=here"];
    expect(await text("decrypt", "Plaintext", ...sent, ...there)).toBe(
      Buffer.from(secret).toString("base64"),
    );
    await aws("update-primary-region", ...key, "--primary-region", "eu-west-1");
    expect(await aws("describe-key", ...key, ...there)).toMatchObject({
      KeyMetadata: {
        KeyState: "Enabled",
        MultiRegionConfiguration: {
          MultiRegionKeyType: "PRIMARY",
          PrimaryKey: { Arn: replica, Region: "eu-west-1" },
          ReplicaKeys: [{ Arn: arn(`key/${id}`), Region: "us-east-1" }],
        },
      },
    });
    expect(await cliError("rotate-key-on-demand", ...key)).toBe(
      "An error occurred (UnsupportedOperationException) when calling the RotateKeyOnDemand " +
        `operation: ${arn(`key/${id}`)} is not a multi-region primary key.`,
    );
  });

  test("gets random bytes, all different, as many as asked for", async () => {
    const [one, two] = await Promise.all([kilobyte(), kilobyte()]);
    expect(Buffer.from(one, "base64")).toHaveLength(1024);
    expect(one).not.toBe(two);
  });

  test("tags, lists tags and untags", async () => {
    const id = ["--key-id", await newKey()];
    await aws("tag-resource", ...id, "--tags", "TagKey=a,TagValue=1", "TagKey=b,TagValue=2");
    await aws("tag-resource", ...id, "--tags", "TagKey=a,TagValue=3");
    await aws("untag-resource", ...id, "--tag-keys", "b");
    expect(await aws("list-resource-tags", ...id)).toEqual({
      Tags: [{ TagKey: "a", TagValue: "3" }],
    });
  });

  test("reads, replaces and lists key policies", async () => {
    const id = ["--key-id", await newKey()];
    const original = await text("get-key-policy", "Policy", ...id);
    expect(JSON.parse(original)).toMatchObject({ Id: "key-default-1" });
    const policy = JSON.stringify({ ...(JSON.parse(original) as object), Id: "by-the-cli" });
    const policyFile = `file://${path.join(scratch, "policy.json")}`;
    writeFileSync(path.join(scratch, "policy.json"), policy);
    await aws("put-key-policy", ...id, "--policy-name", "default", "--policy", policyFile);
    expect(await text("get-key-policy", "Policy", ...id, "--policy-name", "default")).toBe(policy);
    expect(await aws("list-key-policies", ...id)).toEqual({ PolicyNames: ["default"] });
  });

  test("disables a key, which refuses to encrypt until it is enabled again", async () => {
    const id = await newKey();
    const encryption = ["encrypt", "--key-id", id, "--plaintext", plaintextFile] as const;
    await aws("disable-key", "--key-id", id);
    expect(await cliError(...encryption)).toBe(
      "An error occurred (DisabledException) when calling the Encrypt operation: " +
        `${arn(`key/${id}`)} is disabled.`,
    );
    await aws("enable-key", "--key-id", id);
    expect(await aws(...encryption)).toMatchObject({ KeyId: arn(`key/${id}`) });
  });

  test("turns rotation on and off and rotates on demand", async () => {
    const rotated = await newKey();
    const id = ["--key-id", rotated];
    const blob = await encrypt(rotated, "before=rotation");
    await aws("enable-key-rotation", ...id, "--rotation-period-in-days", "100");
    expect(await aws("get-key-rotation-status", ...id)).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 100,
    });
    await aws("disable-key-rotation", ...id);
    expect(await aws("get-key-rotation-status", ...id)).toMatchObject({
      KeyRotationEnabled: false,
    });
    await aws("rotate-key-on-demand", ...id);
    expect(await aws("list-key-rotations", ...id)).toMatchObject({
      Rotations: [{ RotationType: "ON_DEMAND" }],
    });
    const context = ["--encryption-context", "before=rotation"];
    expect(await text("decrypt", "Plaintext", "--ciphertext-blob", blob, ...context)).toBe(
      Buffer.from(secret).toString("base64"),
    );
  });

  test("schedules a deletion and cancels it", async () => {
    const id = await newKey();
    const schedule = ["--key-id", id, "--pending-window-in-days", "7"];
    expect(await aws("schedule-key-deletion", ...schedule)).toMatchObject({
      KeyId: arn(`key/${id}`),
      KeyState: "PendingDeletion",
      PendingWindowInDays: 7,
    });
    expect(await cliError("enable-key", "--key-id", id)).toBe(
      "An error occurred (KMSInvalidStateException) when calling the EnableKey operation: " +
        `${arn(`key/${id}`)} is pending deletion.`,
    );
    expect(await aws("cancel-key-deletion", "--key-id", id)).toEqual({ KeyId: arn(`key/${id}`) });
    expect(await text("describe-key", "KeyMetadata.KeyState", "--key-id", id)).toBe("Disabled");
  });

  test("lists every key once, whatever the page size, and goes on from a token", async () => {
    const made = await Promise.all([newKey(), newKey(), newKey()]);
    const all = await keyIds();
    expect(all).toEqual(expect.arrayContaining(made));
    expect(await keyIds("--page-size", "1")).toEqual(all);
    const first = await aws("list-keys", "--max-items", "2", "--page-size", "1");
    expect(first).toMatchObject({ Keys: all.slice(0, 2).map((KeyId) => ({ KeyId })) });
    const token = tokenOf(first);
    expect(await keyIds("--starting-token", token)).toEqual(all.slice(2));
  });

  test.each([
    [
      "an unknown key id",
      ["describe-key", "--key-id", "nope"],
      "(NotFoundException) when calling the DescribeKey operation: Invalid keyId 'nope'",
    ],
    [
      "1025 random bytes",
      ["generate-random", "--number-of-bytes", "1025"],
      "(ValidationException) when calling the GenerateRandom operation: 1 validation error " +
        "detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have " +
        "value less than or equal to 1024",
    ],
    [
      "a key store without a cluster",
      ["create-custom-key-store", "--custom-key-store-name", "cluster"],
      "(ValidationException) when calling the CreateCustomKeyStore operation: " +
        "CloudHsmClusterId is required for custom key stores of type AWS_CLOUDHSM.",
    ],
  ] as const)("shows the exact refusal of %s", async (_what, [command, ...options], line) => {
    expect(await cliError(command, ...options)).toBe(`An error occurred ${line}`);
  });

  test("shows the exact refusal of a dry run that would have succeeded", async () => {
    const options = ["--key-id", keyId, "--plaintext", plaintextFile, "--dry-run"];
    expect(await cliError("encrypt", ...options)).toBe(
      "An error occurred (DryRunOperationException) when calling the Encrypt operation: The " +
        "request would have succeeded, but the DryRun option is set.",
    );
  });

  /** The ciphertext blob of the secret, in a file. */
  async function encrypt(id: string, context: string): Promise<string> {
    const options = ["--key-id", id, "--plaintext", plaintextFile, "--encryption-context", context];
    const blob = await text("encrypt", "CiphertextBlob", ...options);
    return file("blob", Buffer.from(blob, "base64"));
  }
});

describe.skipIf(boto3Lack !== undefined)(`boto3${skipped(boto3Lack)}`, () => {
  test("walks through every family of operations", async () => {
    const script = path.join(import.meta.dirname, "boto3-walk.py");
    const { stdout } = await run("python3", [script, keyhaven.url], {
      env: awsEnvironment(keyhaven),
    });
    expect(stdout).toContain("the walk is complete");
  });
});

describe("the AWS SDK for JavaScript", () => {
  let KeyId: string;

  beforeAll(async () => {
    const { KeyMetadata } = await client.send(new sdk.CreateKeyCommand({}));
    KeyId = KeyMetadata?.KeyId ?? "";
  });

  test("envelope-encrypts a 20 MB file with AES-256-GCM and gets it back", async () => {
    const [original, sealed, opened] = paths("gcm");
    writeFileSync(original, randomBytes(20_000_000));
    const EncryptionContext = { file: "gcm" };
    const iv = randomBytes(12);
    const { key, blob } = await dataKey(EncryptionContext);
    const cipher = createCipheriv("aes-256-gcm", key, iv);
    key.fill(0);
    await pipeline(createReadStream(original), cipher, createWriteStream(sealed));
    const decipher = createDecipheriv("aes-256-gcm", await openedKey(blob, EncryptionContext), iv);
    decipher.setAuthTag(cipher.getAuthTag());
    await pipeline(createReadStream(sealed), decipher, createWriteStream(opened));
    expect(sha256(sealed)).not.toBe(sha256(original));
    expect(sha256(opened)).toBe(sha256(original));
  });

  test.skipIf(opensslLack !== undefined)(
    `envelope-encrypts a 20 MB file with openssl's AES-256-CTR${skipped(opensslLack)}`,
    async () => {
      const [original, sealed, opened] = paths("ctr");
      writeFileSync(original, randomBytes(20_000_000));
      const EncryptionContext = { file: "ctr" };
      const iv = randomBytes(16).toString("hex");
      const openssl = (key: Uint8Array, from: string, to: string): void => {
        const hexKey = Buffer.from(key).toString("hex");
        const keyAndIv = ["-K", hexKey, "-iv", iv];
        execFileSync("openssl", ["enc", "-aes-256-ctr", ...keyAndIv, "-in", from, "-out", to]);
      };
      const { key, blob } = await dataKey(EncryptionContext);
      openssl(key, original, sealed);
      key.fill(0);
      openssl(await openedKey(blob, EncryptionContext), sealed, opened);
      expect(sha256(sealed)).not.toBe(sha256(original));
      expect(sha256(opened)).toBe(sha256(original));
    },
  );

  test("knows no operation that Keyhaven's table leaves out", () => {
    const commands = Object.keys(sdk).filter((name) => /^\w+Command$/.test(name));
    const expected = Object.keys(operations).map((name) => `${name}Command`);
    expect(commands.toSorted()).toEqual(expected.toSorted());
  });

  test("pages through all keys, one at a time, each of them once", async () => {
    const made = await Promise.all(
      [1, 2, 3].map(async () => await client.send(new sdk.CreateKeyCommand({}))),
    );
    const seen: (string | undefined)[] = [];
    for await (const page of sdk.paginateListKeys({ client, pageSize: 1 }, {})) {
      expect(page.Keys).toHaveLength(1);
      seen.push(...(page.Keys ?? []).map((key) => key.KeyId));
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made.map((one) => one.KeyMetadata?.KeyId)));
  });

  test("pages through the aliases of a key, two at a time", async () => {
    const names = ["alias/page-1", "alias/page-2", "alias/page-3", "alias/page-4", "alias/page-5"];
    for (const AliasName of names) {
      await client.send(new sdk.CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    }
    const pages: (string | undefined)[][] = [];
    for await (const page of sdk.paginateListAliases({ client, pageSize: 2 }, { KeyId })) {
      pages.push((page.Aliases ?? []).map((alias) => alias.AliasName));
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(new Set(pages.flat())).toEqual(new Set(names));
  });

  async function dataKey(
    EncryptionContext: Record<string, string>,
  ): Promise<{ readonly key: Uint8Array; readonly blob: Uint8Array }> {
    const input = { KeyId, KeySpec: "AES_256" as const, EncryptionContext };
    const answer = await client.send(new sdk.GenerateDataKeyCommand(input));
    expect(answer.Plaintext).toHaveLength(32);
    return {
      key: answer.Plaintext ?? new Uint8Array(),
      blob: answer.CiphertextBlob ?? new Uint8Array(),
    };
  }
});

function paths(name: string): readonly [string, string, string] {
  const [original, sealed, opened] = ["original", "sealed", "opened"].map((part) =>
    path.join(scratch, `${name}.${part}`),
  );
  return [original ?? "", sealed ?? "", opened ?? ""];
}

function sha256(name: string): string {
  return createHash("sha256").update(readFileSync(name)).digest("hex");
}

function arn(resource: string): string {
  const { region, accountId } = keyhaven.credentials;
  return `arn:aws:kms:${region}:${accountId}:${resource}`;
}

let files = 0;

/** The way the CLI, whatever its version, takes bytes as they are. */
function file(name: string, content: string | Uint8Array): string {
  files += 1;
  const location = path.join(scratch, `${files}.${name}`);
  writeFileSync(location, content);
  return `fileb://${location}`;
}

async function cli(command: string, options: readonly string[]): Promise<string> {
  return (await runAws(keyhaven, ["kms", command, ...options])).trim();
}

/** What `aws kms` answers; undefined when it answers nothing. */
async function aws(command: string, ...options: readonly string[]): Promise<unknown> {
  const stdout = await cli(command, [...options, "--output", "json"]);
  return stdout === "" ? undefined : JSON.parse(stdout);
}

/** A part of what `aws kms` answers, as text. */
async function text(
  command: string,
  query: string,
  ...options: readonly string[]
): Promise<string> {
  return await cli(command, [...options, "--query", query, "--output", "text"]);
}

function words(line: string): readonly string[] {
  return line.split(/\s+/).filter((word) => word !== "");
}

async function newKey(): Promise<string> {
  return await text("create-key", "KeyMetadata.KeyId");
}

function tokenOf(page: unknown): string {
  return (page as { readonly NextToken?: string }).NextToken ?? "";
}

async function decrypted(blob: string, ...options: readonly string[]): Promise<Buffer> {
  const blobFile = file("blob", Buffer.from(blob, "base64"));
  const command = ["--ciphertext-blob", blobFile, ...options];
  return Buffer.from(await text("decrypt", "Plaintext", ...command), "base64");
}

async function openedKey(
  CiphertextBlob: Uint8Array,
  EncryptionContext: Record<string, string>,
): Promise<Uint8Array> {
  const input = { CiphertextBlob, EncryptionContext };
  const { Plaintext } = await client.send(new sdk.DecryptCommand(input));
  return Plaintext ?? new Uint8Array();
}

async function aliasesOf(id: string): Promise<string> {
  return await text("list-aliases", "Aliases[].AliasName", "--key-id", id);
}

async function kilobyte(): Promise<string> {
  return await text("generate-random", "Plaintext", "--number-of-bytes", "1024");
}

async function keyIds(...options: readonly string[]): Promise<readonly string[]> {
  return words(await text("list-keys", "Keys[].KeyId", ...options));
}

/** The error line of a refused `aws kms`. */
async function cliError(command: string, ...options: readonly string[]): Promise<string> {
  return await errorLine(cli(command, options));
}
