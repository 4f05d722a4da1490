import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exchange, openBench, requestText, statusesOf } from "../../test/fuzz/gateway-bench.ts";
import { ListenRefused } from "./listen-refused.ts";

let directory: string;
let adminSocketPath: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "keyhaven-admin-"));
  adminSocketPath = path.join(directory, "admin.sock");
});
afterEach(async () => await rm(directory, { recursive: true }));

const unsigned = (target: string) =>
  requestText({
    host: "admin",
    "x-amz-target": target,
    "content-type": "application/x-amz-json-1.1",
    "content-length": "2",
  });

describe("the admin socket", () => {
  test("answers admin operations, as the operator and without a signature", async () => {
    const bench = await openBench({ adminSocketPath });
    const to = { path: adminSocketPath };
    expect(statusesOf(await exchange(to, unsigned("KeyhavenAdmin.Encrypt")))).toEqual([200]);
    expect(bench.admin.calls[0]?.by).toMatchObject({
      caller: {
        type: "Operator",
        accountId: "",
        arn: "operator",
        principalId: String(process.getuid?.()),
      },
      facts: { region: "eu-west-1", sourceIp: "localhost" },
    });
    await bench.close();
  });

  test("does not answer for the services that customers use", async () => {
    const bench = await openBench({ adminSocketPath });
    const received = await exchange({ path: adminSocketPath }, unsigned("TrentService.Encrypt"));
    expect(received).toContain("UnknownOperationException");
    expect(bench.service.calls).toEqual([]);
    await bench.close();
  });

  test("is its owner's alone, and nothing else is left in the directory", async () => {
    const bench = await openBench({ adminSocketPath });
    const { mode } = await stat(adminSocketPath);
    expect(mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(["admin.sock"]);
    await bench.close();
    expect(await readdir(directory)).toEqual([]);
  });

  test("takes the place of one that nobody listens on any more", async () => {
    const left = createServer().listen(path.join(directory, "bound"));
    await new Promise((resolve) => left.once("listening", resolve));
    // A server that is killed leaves its socket behind; closing one removes it by its first name.
    await rename(path.join(directory, "bound"), adminSocketPath);
    await new Promise((resolve) => left.close(resolve));
    expect(await readdir(directory)).toEqual(["admin.sock"]);

    const bench = await openBench({ adminSocketPath });
    const received = await exchange({ path: adminSocketPath }, unsigned("KeyhavenAdmin.Encrypt"));
    expect(statusesOf(received)).toEqual([200]);
    await bench.close();
  });

  test("works below a path that is longer than a socket's address", async () => {
    const deep = path.join(directory, "d".repeat(100), "e".repeat(100));
    await mkdir(deep, { recursive: true });
    const bench = await openBench({ adminSocketPath: path.join(deep, "admin.sock") });
    expect((await stat(path.join(deep, "admin.sock"))).isSocket()).toBe(true);
    await expect(openBench({ adminSocketPath: path.join(deep, "admin.sock") })).rejects.toThrow(
      /another server listens/,
    );
    await bench.close();
    expect(await readdir(deep)).toEqual([]);
  });
});

describe("refused is the admin socket", () => {
  test("when another server listens on it", async () => {
    const bench = await openBench({ adminSocketPath });
    await expect(openBench({ adminSocketPath })).rejects.toThrow(ListenRefused);
    const received = await exchange({ path: adminSocketPath }, unsigned("KeyhavenAdmin.Encrypt"));
    expect(statusesOf(received)).toEqual([200]);
    await bench.close();
  });

  test("when something else stands there", async () => {
    await writeFile(adminSocketPath, "precious");
    await expect(openBench({ adminSocketPath })).rejects.toThrow(/move it out of the way/);
  });

  test("and closed again when the public listener cannot be opened", async () => {
    await expect(openBench({ adminSocketPath, host: "0.0.0.0" })).rejects.toThrow(ListenRefused);
    expect(await readdir(directory)).toEqual([]);
  });
});
