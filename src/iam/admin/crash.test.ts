import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openIamBench } from "../../../test/iam-bench.ts";

const repository = path.resolve(import.meta.dirname, "../../..");

/**
 * Creates accounts eight at a time and says which were acknowledged. Dies by itself at
 * the given append: after the commit of a change and before its record.
 */
const program = (directory: string, dieAt: number) => `
  import fs from "node:fs";
  const { openIamBench } = await import(${JSON.stringify(path.join(repository, "test/iam-bench.ts"))});
  const { adminService } = await import(${JSON.stringify(path.join(repository, "src/iam/admin/service.ts"))});
  const bench = await openIamBench(${JSON.stringify(directory)});
  let appends = 0;
  const trail = {
    compose: (event) => bench.trail.compose(event),
    append(entry) {
      if ((appends += 1) === ${dieAt}) process.kill(process.pid, "SIGKILL");
      return bench.trail.append(entry);
    },
  };
  const service = adminService({ ...bench, trail, region: "eu-west-1", clock: Date.now });
  const by = {
    caller: { type: "Operator", accountId: "", arn: "operator", principalId: "0" },
    facts: {
      requestId: "1", receivedAtMs: Date.now(), region: "eu-west-1", sourceIp: "local",
      userAgent: "test", host: "localhost",
    },
  };
  const work = async () => {
    for (;;) {
      const call = { operation: "CreateAccount", input: { Name: "crash" } };
      const { output } = await service.answer(call, by);
      fs.writeSync(1, output.AccountId + "\\n");
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
`;

interface Death {
  /** By our hand, when so many accounts were acknowledged. */
  readonly acknowledged?: number;
  /** By its own, at so many appends. */
  readonly appends?: number;
}

async function runUntil(directory: string, death: Death): Promise<string[]> {
  const acknowledged: string[] = [];
  const script = path.join(directory, "program.mjs");
  await writeFile(script, program(directory, death.appends ?? Infinity));
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const accountId of createInterface(child.stdout)) {
    acknowledged.push(accountId);
    if (acknowledged.length === death.acknowledged) child.kill("SIGKILL");
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return acknowledged;
}

test("after kill -9, every account that exists is on record exactly once, and nothing else is", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "keyhaven-crash-"));
  try {
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const count = 10 + 17 * round;
      const death = round % 2 === 0 ? { acknowledged: count } : { appends: count };
      acknowledged.push(...(await runUntil(directory, death)));
    }
    const bench = await openIamBench(directory);
    const accounts = await bench.store.listAccounts({ after: undefined, limit: 10_000 });
    const recorded = (await bench.records()).map((record) => String(record["recipientAccountId"]));
    await bench.close();
    const stored = accounts.map(({ accountId }) => accountId);
    expect(recorded.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(stored);
    expect(stored).toEqual(expect.arrayContaining(acknowledged));
    expect(acknowledged.length).toBeGreaterThan(250);
  } finally {
    await rm(directory, { recursive: true });
  }
}, 60_000);
