/**
 * Measures Keyhaven against the bare node:http echo on the same machine, and against the
 * disk. Only ratios are held against targets: absolute numbers say more about the machine.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { callEach } from "./calls.mjs";
import { isInMemory, measureFlush } from "./disk.mjs";
import { inputsFor } from "./inputs.mjs";
import { latencyRows, measureLatency } from "./latency.mjs";
import { measureRun } from "./measure.mjs";
import { compared as everything, readOptions, usage } from "./options.mjs";
import { measureProfile, profileText } from "./profile.mjs";
import { countOf, describeMachine, tableOf, writeResults } from "./report.mjs";
import { signedRequests } from "./requests.mjs";
import { measureScale, scaleRows } from "./scale.mjs";
import { startEcho, startKeyhaven } from "./server.mjs";
import { measureSigning, signingRows } from "./signing.mjs";
import { measureThroughput, throughputRows } from "./throughput.mjs";

const keysInUse = 10;

const say = (line) => void process.stderr.write(`${line}\n`);
const print = (text) => void process.stdout.write(`${text}\n`);

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.help) print(usage);
  else await runBench(options);
}

async function runBench(options) {
  const directory = mkdtempSync(path.join(options.directory, "keyhaven-bench-"));
  try {
    if (isInMemory(directory)) say("Warning: this directory is in memory; no disk is measured.");
    const compared = options.only.filter((name) => name !== "profile");
    if (compared.length > 0) await compare(compared, options, directory);
    if (options.only.includes("profile")) {
      print(
        profileText(
          await measureProfile({ ...options, directory: subdirectory(directory, "profile") }),
        ),
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function compare(names, options, directory) {
  const startedAt = new Date();
  const machine = { ...describeMachine(), diskFlush: measureFlush(directory, 500) };
  const echo = await startEcho();
  const keyhaven = await startKeyhaven(subdirectory(directory, "few-keys"), options.flags);
  try {
    const answers = await callEach(
      keyhaven,
      "CreateKey",
      Array.from({ length: keysInUse }, () => ({})),
    );
    const keyIds = answers.map(({ KeyMetadata }) => KeyMetadata.KeyId);
    const bench = { ...options, echo, keyhaven, keyIds, say, directory };
    await warmUp(bench);
    print(describe(machine));
    const { pace, keyCount, flags } = options;
    const results = { startedAt, machine, pace, keyCount, flags, rows: [], measured: {} };
    const suffix = names.length === everything.length ? "" : `-${names.join("-")}`;
    for (const name of names) {
      const { measured, rows } = await measure(name, bench);
      results.measured[name] = measured;
      results.rows.push(...rows);
      print(`\n${tableOf(rows)}`);
      if (!options.quick) say(`all rounds: ${writeResults(suffix, results)}`);
    }
    print(`\n${countOf(results.rows)}`);
  } finally {
    await keyhaven.stop();
    await echo.stop();
  }
}

/** Both servers are asked for a while before anything counts, so that their code is compiled. */
async function warmUp({ echo, keyhaven, keyIds, pace }) {
  const inputs = await inputsFor("Encrypt", keyhaven, keyIds);
  const plan = { connections: 64, warmUpMs: 0, measureMs: pace.compileMs };
  await measureRun(echo, {
    ...plan,
    requests: signedRequests(keyhaven, "Encrypt", inputs, "/400"),
  });
  await measureRun(keyhaven, { ...plan, requests: signedRequests(keyhaven, "Encrypt", inputs) });
}

async function measure(name, bench) {
  switch (name) {
    case "throughput": {
      const measured = await measureThroughput(bench);
      return { measured, rows: throughputRows(measured) };
    }
    case "latency": {
      const measured = await measureLatency(bench);
      return { measured, rows: latencyRows(measured) };
    }
    case "signing": {
      const measured = await measureSigning(bench);
      return { measured, rows: signingRows(measured) };
    }
    default: {
      const directory = subdirectory(bench.directory, "many-keys");
      const measured = await measureScale({ ...bench, directory });
      return { measured, rows: scaleRows(measured) };
    }
  }
}

function subdirectory(directory, name) {
  const made = path.join(directory, name);
  mkdirSync(made);
  return made;
}

function describe({ cpu, cores, node, diskFlush }) {
  const flush = `one flush of the disk ${diskFlush.p50Ms.toFixed(2)} ms`;
  return `${cpu}, ${cores} cores, Node ${node}, ${flush}; medians of rounds`;
}

try {
  await main();
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
