/**
 * What the vault's process can do besides being a vault: nothing. A copy of the built
 * vault is started exactly as always, with a probe in its place that tries.
 */
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findBridge, startVault } from "../../src/launcher/start-vault.ts";

const root = path.resolve(import.meta.dirname, "../..");
const built = path.join(root, "dist/vault");
const isBuilt = existsSync(path.join(built, "main.js"));

const temporary = mkdtempSync(path.join(tmpdir(), "keyhaven-boundary-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const outside = path.join(temporary, "outside.txt");
const directory = path.join(temporary, "vault-directory");

/** Each entry is tried in the vault's place, and says how it ended. */
const attempts: Readonly<Record<string, string>> = {
  readPasswords: `fs.readFileSync("/etc/passwd")`,
  readOutside: `fs.readFileSync(${JSON.stringify(outside)})`,
  readThroughLink: `fs.symlinkSync(${JSON.stringify(outside)}, ${JSON.stringify(`${directory}/link`)})`,
  writeOutside: `fs.writeFileSync(${JSON.stringify(`${outside}.new`)}, "x")`,
  writeItsCode: `fs.writeFileSync(import.meta.filename, "x")`,
  spawn: `child.spawnSync("/bin/true").error && (() => { throw child.spawnSync("/bin/true").error })()`,
  fork: `child.fork(import.meta.filename)`,
  worker: `new threads.Worker(import.meta.filename)`,
  evaluate: `eval("1")`,
  newFunction: `new Function("return 1")()`,
  prototype: `({}).__proto__`,
  inspector: `inspector.open(0)`,
  serviceCode: `await import(${JSON.stringify(path.join(root, "dist/kms/vault-client.js"))})`,
  package: `await import(${JSON.stringify(path.join(root, "node_modules/zod/index.js"))})`,
};

/** Node gates all native code alike: where the bridge to OpenSSL is allowed, so is any. */
const withoutBridge: Readonly<Record<string, string>> = {
  addon: `process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6")`,
};
const refused = { ...attempts, ...(findBridge() === undefined ? withoutBridge : {}) };

const allowed: Readonly<Record<string, string>> = {
  readItsDirectory: `fs.readdirSync(${JSON.stringify(directory)})`,
  writeItsDirectory: `fs.writeFileSync(${JSON.stringify(`${directory}/new`)}, "x")`,
  loadItself: `await import("./open-vault.js")`,
};

function probe(): string {
  const tries = Object.entries({ ...refused, ...allowed }).map(
    ([name, code]) => `await attempt(${JSON.stringify(name)}, async () => ${code});`,
  );
  return `
import child from "node:child_process";
import fs from "node:fs";
import inspector from "node:inspector";
import { Socket } from "node:net";
import threads from "node:worker_threads";
const outcomes = {};
async function attempt(name, action) {
  try { await action(); outcomes[name] = "done"; }
  catch (error) { outcomes[name] = error.code ?? error.name; }
}
${tries.join("\n")}
outcomes.environment = Object.keys(process.env);
const socket = new Socket({ fd: 3 });
socket.end(JSON.stringify(outcomes));
`;
}

async function outcomesOfProbe(): Promise<Record<string, unknown>> {
  const copy = path.join(temporary, "dist/vault");
  cpSync(path.join(root, "dist/vault-protocol"), path.join(temporary, "dist/vault-protocol"), {
    recursive: true,
  });
  cpSync(built, copy, { recursive: true });
  writeFileSync(path.join(temporary, "package.json"), `{ "type": "module" }`);
  writeFileSync(path.join(copy, "probe.js"), probe());
  writeFileSync(outside, "nothing for a vault");
  mkdirSync(directory, { mode: 0o700 });
  const entry = path.join(copy, "probe.js");
  const { socket, process: vault } = startVault({ directory, initialize: true, entry });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await Promise.all([once(socket, "end"), once(vault, "exit")]);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

describe.skipIf(!isBuilt)("the vault's process", async () => {
  const outcomes = isBuilt ? await outcomesOfProbe() : {};

  test.each(Object.keys(refused))("cannot: %s", (name) => {
    const refusals = ["ERR_ACCESS_DENIED", "ERR_PROTO_ACCESS", "EvalError", "ERR_DLOPEN_DISABLED"];
    expect(refusals).toContain(outcomes[name]);
  });

  test.each(Object.keys(allowed))("can: %s", (name) => {
    expect(outcomes[name]).toBe("done");
  });

  test("has nothing in its environment but how memory is freed", () => {
    expect(outcomes["environment"]).toEqual(["GLIBC_TUNABLES"]);
  });

  test("serves from the built code, and answers on its socket", async () => {
    const own = path.join(temporary, "own");
    const entry = path.join(built, "main.js");
    const { socket, process: vault } = startVault({ directory: own, initialize: true, entry });
    socket.write(Buffer.from("00000006000100000001", "hex"));
    const chunks = (await once(socket, "data")) as Buffer[];
    expect(chunks[0]?.subarray(4, 10).toString("hex")).toBe("000000000001");
    socket.destroy();
    expect(await once(vault, "exit")).toEqual([0, null]);
  });
});

describe("the vault's code", () => {
  const specifier = /(?:\bfrom |\bimport \(?)"([^"\n]+)";/g;

  test.each(["src/vault", "src/vault-protocol"])("imports no package: %s", (room) => {
    const files = readdirSync(path.join(root, room), { recursive: true, encoding: "utf8" });
    const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
    expect(sources.length).toBeGreaterThan(5);
    const imports = sources.flatMap((file) => {
      const text = readFileSync(path.join(root, room, file), "utf8");
      return [...text.matchAll(specifier)].map(([, name = ""]) => name);
    });
    const foreign = imports.filter((name) => !name.startsWith(".") && !name.startsWith("node:"));
    expect(imports.length).toBeGreaterThan(5);
    expect(foreign).toEqual([]);
  });
});
