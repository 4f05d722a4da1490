import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { buildProgram } from "./program.ts";

const main = path.join(import.meta.dirname, "main.ts");
const temporary = mkdtempSync(path.join(os.tmpdir(), "keyhaven-cli-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function keyhaven(...args: readonly string[]): Promise<Result> {
  return await new Promise((resolve) => {
    const options = { env: { PATH: process.env["PATH"] }, timeout: 15_000 };
    const child = execFile(process.execPath, [main, ...args], options, (_, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

let directories = 0;
function newDirectory(name = "data"): string {
  directories += 1;
  const directory = path.join(temporary, String(directories), name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

interface Asked {
  readonly operation: string;
  readonly contentType: string;
  readonly input: unknown;
}

const servers: http.Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A server on the admin socket that gives the same answers again and again, in turn. */
async function answering(
  directory: string,
  answers: readonly object[],
  status = 200,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const { "x-amz-target": target, "content-type": contentType } = request.headers;
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    const input: unknown = JSON.parse(body);
    asked.push({ operation: String(target), contentType: String(contentType), input });
    response.writeHead(status).end(JSON.stringify(answers[(asked.length - 1) % answers.length]));
  };
  const server = http.createServer((request, response) => void answer(request, response));
  servers.push(server);
  await listen(server, directory);
  return asked;
}

/** Listens where a socket's address may be too long to say. */
async function listen(server: http.Server, directory: string): Promise<void> {
  const handle = await open(directory, "r");
  server.on("close", () => void handle.close());
  await new Promise<void>((resolve) => {
    server.listen(`/proc/self/fd/${handle.fd}/admin.sock`, resolve);
  });
}

const credentials = {
  AccountId: "222233334444",
  AccessKeyId: "AKIAIOSFODNN7EXAMPLE",
  SecretAccessKey: Buffer.from("secret/+").toString("base64"),
  Region: "eu-west-1",
};
const shown = {
  accountId: "222233334444",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "secret/+",
  region: "eu-west-1",
};

describe("keyhaven", () => {
  test.each(["--help", "serve --help", "account create --help", "audit tail --help"])(
    "%s explains itself with examples",
    async (args) => {
      const { code, stdout } = await keyhaven(...args.split(" "));
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples:\n {2}keyhaven /);
    },
  );

  test.each(
    buildProgram()
      .commands.flatMap((group) => (group.commands.length === 0 ? [group] : group.commands))
      .map((command) => [command.name(), command] as const),
  )("%s has a description", (_, command) => {
    expect(command.description()).not.toBe("");
  });

  test("tells its version, and that of what its cryptography comes from", async () => {
    const { stdout } = await keyhaven("version");
    expect(stdout).toMatch(/^keyhaven \d+\.\d+\.\d+ \(Node \d+\.\S+, OpenSSL 3\.\S+\)\n$/);
    expect((await keyhaven("--version")).stdout).toBe(stdout);
  });

  test.each([
    ["an unknown command", ["destroy"], "unknown command 'destroy'"],
    ["no command", ["account"], "Usage: keyhaven account"],
    ["an unknown option", ["serve", "--prot", "1"], "unknown option '--prot'"],
    ["a missing option", ["account", "create"], "required option '--name <name>'"],
    ["a missing argument", ["access-key", "delete"], "missing required argument"],
    ["a surplus argument", ["version", "now"], "too many arguments"],
    ["a wrong setting", ["serve", "--port", "x"], "keyhaven: --port must be a port number"],
    ["a wrong number", ["audit", "tail", "-n", "-1"], "It must be a whole number"],
    ["an open address in dev mode", ["dev", "--host", "0.0.0.0"], "on this machine only"],
    ["a name as address in dev mode", ["dev", "--host", "example.com"], "on this machine only"],
  ])("ends with 2 and the reason for %s", async (_, args, reason) => {
    const { code, stdout, stderr } = await keyhaven(...args);
    expect(stderr).toContain(reason);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("keyhaven account and access-key", () => {
  test("account create shows the credentials as JSON", async () => {
    const directory = newDirectory();
    const asked = await answering(directory, [credentials]);
    const args = ["--name", "billing", "--data-dir", directory, "--json"];
    const { code, stdout } = await keyhaven("account", "create", ...args);
    expect([code, stdout]).toEqual([0, `${JSON.stringify(shown)}\n`]);
    expect(asked).toEqual([
      {
        operation: "KeyhavenAdmin.CreateAccount",
        contentType: "application/x-amz-json-1.1",
        input: { Name: "billing" },
      },
    ]);
  });

  test("account create passes on the number that is wished for", async () => {
    const directory = newDirectory();
    const asked = await answering(directory, [credentials]);
    const args = ["--name", "b", "--account", "222233334444", "--data-dir", directory];
    const { stdout } = await keyhaven("account", "create", ...args);
    expect(JSON.parse(stdout)).toEqual(shown);
    expect(asked[0]?.input).toEqual({ Name: "b", AccountId: "222233334444" });
  });

  test("account list goes through all pages", async () => {
    const directory = newDirectory();
    const account = { Name: "n", CreateDate: 1.5 };
    const asked = await answering(directory, [
      { Accounts: [{ AccountId: "1", ...account }], Truncated: true, NextMarker: "1" },
      { Accounts: [{ AccountId: "2", ...account }], Truncated: false },
    ]);
    const { stdout } = await keyhaven("account", "list", "--data-dir", directory);
    expect(stdout.split("\n")).toEqual([
      "ACCOUNT  CREATED                   NAME",
      "1        1970-01-01T00:00:01.500Z  n",
      "2        1970-01-01T00:00:01.500Z  n",
      "",
    ]);
    expect(asked.map(({ input }) => input)).toEqual([{}, { Marker: "1" }]);
  });

  test("account list lets no control character of a name through to the terminal", async () => {
    const directory = newDirectory();
    await answering(directory, [{ Accounts: [{ AccountId: "1", Name: "a\u001B[2Jb\u009Bc" }] }]);
    const { stdout } = await keyhaven("account", "list", "--data-dir", directory);
    expect(stdout).toContain("a\uFFFD[2Jb\uFFFDc");
  });

  test.each([
    ["create", "--account 1", "CreateAccessKey", { AccountId: "1" }],
    ["list", "--account 1", "ListAccessKeys", { AccountId: "1" }],
    ["enable", "AKIA1", "UpdateAccessKey", { AccessKeyId: "AKIA1", Status: "Active" }],
    ["disable", "AKIA1", "UpdateAccessKey", { AccessKeyId: "AKIA1", Status: "Inactive" }],
    ["delete", "AKIA1", "DeleteAccessKey", { AccessKeyId: "AKIA1" }],
  ])("access-key %s %s asks for %s", async (command, args, operation, input) => {
    const directory = newDirectory();
    const asked = await answering(directory, [credentials]);
    const all = [...args.split(" "), "--data-dir", directory];
    const { code } = await keyhaven("access-key", command, ...all);
    expect(code).toBe(0);
    expect(asked).toMatchObject([{ operation: `KeyhavenAdmin.${operation}`, input }]);
  });

  test("reaches a socket whose path is longer than a socket address", async () => {
    const directory = newDirectory("d".repeat(150));
    await answering(directory, [{ Accounts: [] }]);
    const { code } = await keyhaven("account", "list", "--data-dir", directory);
    expect(code).toBe(0);
  });

  test("ends with 1 and the server's words when it refuses", async () => {
    const directory = newDirectory();
    await answering(directory, [{ __type: "NoSuchEntity", message: "There is no such." }], 400);
    const result = await keyhaven("access-key", "delete", "AKIA1", "--data-dir", directory);
    expect(result).toEqual({
      code: 1,
      stdout: "",
      stderr: "keyhaven: NoSuchEntity: There is no such.\n",
    });
  });

  test.each(["data", "d".repeat(150)])("says so when no server runs there (%#)", async (name) => {
    const directory = path.join(temporary, "nothing", name);
    const { code, stderr } = await keyhaven("account", "list", "--data-dir", directory);
    expect(stderr).toContain(`No Keyhaven server runs on ${directory}. Start it first`);
    expect(code).toBe(1);
  });

  test("says so when the server has left its socket behind", async () => {
    const directory = newDirectory();
    // A socket nobody listens on, as a killed server leaves it.
    const script = `const s = require("net").createServer().listen(${JSON.stringify(path.join(directory, "admin.sock"))}, () => process.kill(process.pid, "SIGKILL"))`;
    await new Promise((resolve) => execFile(process.execPath, ["-e", script], resolve));
    const { stderr } = await keyhaven("account", "list", "--data-dir", directory);
    expect(stderr).toContain(`No Keyhaven server runs on ${directory}.`);
  });

  test("does not take something else for a server", async () => {
    const directory = newDirectory();
    const server = http.createServer((_, response) => response.end("<html>"));
    servers.push(server);
    await listen(server, directory);
    const { code, stderr } = await keyhaven("account", "list", "--data-dir", directory);
    expect([code, stderr]).toEqual([
      1,
      "keyhaven: The server's answer is not JSON. Is it of the same version?\n",
    ]);
  });
});

function journal(lines: readonly string[]): string {
  const directory = newDirectory();
  mkdirSync(path.join(directory, "journal"));
  const file = path.join(directory, "journal", "000000001.jsonl");
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return directory;
}

describe("keyhaven audit tail", () => {
  const record = {
    eventTime: "2026-01-02T03:04:05Z",
    awsRegion: "eu-west-1",
    eventName: "Decrypt",
    errorCode: "AccessDenied",
    userIdentity: { type: "Root", arn: "arn:aws:iam::111122223333:root", accessKeyId: "AKIA1" },
    resources: [{ ARN: "arn:aws:kms:eu-west-1:111122223333:key/1", accountId: "1" }],
  };

  test("shows one line for each call", async () => {
    const directory = journal([
      JSON.stringify(record),
      JSON.stringify({ eventName: "DeleteKey", userIdentity: { invokedBy: "AWS Internal" } }),
      "what is this\u001B?",
    ]);
    const { stdout } = await keyhaven("audit", "tail", "--data-dir", directory);
    expect(stdout.split("\n")).toEqual([
      "2026-01-02T03:04:05Z  eu-west-1  arn:aws:iam::111122223333:root (AKIA1)  Decrypt  " +
        "arn:aws:kms:eu-west-1:111122223333:key/1  AccessDenied",
      "-  -  AWS Internal  DeleteKey  -  ok",
      "what is this\uFFFD?",
      "",
    ]);
  });

  test("shows as many as are asked for, as they are with --json", async () => {
    const lines = Array.from({ length: 20 }, (_, number) => JSON.stringify({ number }));
    const directory = journal(lines);
    const args = ["-n", "3", "--json", "--data-dir", directory];
    const { stdout } = await keyhaven("audit", "tail", ...args);
    expect(stdout).toBe(`${lines.slice(-3).join("\n")}\n`);
  });

  test("says so when there is no record", async () => {
    const { code, stderr } = await keyhaven("audit", "tail", "--data-dir", newDirectory());
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is none")]);
  });
});
