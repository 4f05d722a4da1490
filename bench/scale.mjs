/**
 * Scenario: many keys in the store. A second server is filled by way of CreateKey, then
 * asked by turns with the first, which holds ten keys; then it is started again.
 */
import { randomInt } from "node:crypto";
import { callEach } from "./calls.mjs";
import { memoryBytes } from "./cpu.mjs";
import { inputsFor } from "./inputs.mjs";
import { measureRun } from "./measure.mjs";
import { signedRequests } from "./requests.mjs";
import { atLeast, atMost, plain } from "./rows.mjs";
import { startKeyhaven } from "./server.mjs";
import { median } from "./statistics.mjs";

/** An account may have 100,000 keys in a Region, so they are spread over four. */
const regions = ["us-east-1", "us-west-2", "eu-central-1", "ap-northeast-1"];
const connections = 64;
const fillConnections = 256;
const fillBatch = 5_000;
const hotKeys = 10;
const leastOfFewKeys = 0.9;
const mostStartUpMs = 2_000;
const mostMegabytes = 400;

/** Fills a server in the directory, measures, and ends it. */
export async function measureScale({ keyhaven, keyIds, directory, pace, keyCount, say }) {
  let big = await startKeyhaven(directory);
  try {
    const filling = await fill(big, keyCount, say);
    // It has only made keys so far: what the rounds ask for is compiled first, as with the other.
    const warming = await requestsFor(big, filling.keyIds.slice(0, hotKeys).map(idOf));
    await encrypt(big, warming, { warmUpMs: 0, measureMs: pace.compileMs });
    const rounds = [];
    for (let round = 0; round < pace.rounds; round += 1) {
      rounds.push(await measureRound({ keyhaven, keyIds, big, filled: filling.keyIds, pace }));
      say(`scale: round ${round + 1} of ${pace.rounds}`);
    }
    const memory = memoryOf(big);
    const startUpMs = [];
    for (let count = 0; count < pace.starts; count += 1) {
      await big.stop();
      big = await startKeyhaven(directory);
      startUpMs.push(big.startUpMs);
    }
    const { keysPerSecond } = filling;
    return { keyCount, keysPerSecond, rounds, memory, startUpMs, fresh: memoryOf(keyhaven) };
  } finally {
    await big.stop();
  }
}

async function fill(server, keyCount, say) {
  const keyIds = [];
  const startedAtMs = performance.now();
  while (keyIds.length < keyCount) {
    const batch = Math.min(fillBatch, keyCount - keyIds.length);
    const region = regions[(keyIds.length / fillBatch) % regions.length];
    const inputs = Array.from({ length: batch }, () => ({ Description: "bench" }));
    const answers = await callEach(inRegion(server, region), "CreateKey", inputs, fillConnections);
    for (const { KeyMetadata } of answers) keyIds.push({ region, keyId: KeyMetadata.KeyId });
    say(`scale: ${keyIds.length} of ${keyCount} keys`);
  }
  const keysPerSecond = keyCount / ((performance.now() - startedAtMs) / 1000);
  return { keyIds, keysPerSecond };
}

async function measureRound({ keyhaven, keyIds, big, filled, pace }) {
  const few = await encrypt(keyhaven, await requestsFor(keyhaven, keyIds), pace);
  const first = filled.slice(0, hotKeys).map(idOf);
  const home = inRegion(big, filled[0].region);
  const hot = await encrypt(big, await requestsFor(home, first), pace);
  const spread = await encrypt(big, await spreadRequests(big, filled), pace);
  return { few, hot, spread };
}

async function requestsFor(server, keyIds) {
  return signedRequests(server, "Encrypt", await inputsFor("Encrypt", server, keyIds));
}

/** One request for each key, in no order, so that hardly a request finds its key in a cache. */
async function spreadRequests(server, filled) {
  const requests = [];
  for (const region of regions) {
    const ids = filled.filter((key) => key.region === region).map(idOf);
    if (ids.length === 0) continue;
    const inputs = await inputsFor("Encrypt", server, ids, ids.length);
    requests.push(...signedRequests(inRegion(server, region), "Encrypt", inputs));
  }
  return shuffled(requests);
}

function idOf({ keyId }) {
  return keyId;
}

function inRegion(server, region) {
  return { ...server, credentials: { ...server.credentials, region } };
}

async function encrypt(server, requests, pace) {
  const { warmUpMs, measureMs } = pace;
  return await measureRun(server, { requests, connections, warmUpMs, measureMs });
}

function shuffled(values) {
  const result = [...values];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}

function memoryOf({ pids }) {
  const entries = Object.entries(pids).map(([name, pid]) => [name, memoryBytes(pid)]);
  return Object.fromEntries(entries);
}

/** The rows of the report. */
export function scaleRows({ keyCount, keysPerSecond, rounds, memory, fresh, startUpMs }) {
  const of = (value) => median(rounds.map(value));
  const label = `${keyCount} keys`;
  return [
    plain(`${label}: made by CreateKey, a second`, keysPerSecond),
    atLeast(
      `${label}, ${hotKeys} of them in use: throughput / that with ${hotKeys} keys`,
      of(({ few, hot }) => hot.requestsPerSecond / few.requestsPerSecond),
      leastOfFewKeys,
    ),
    atLeast(
      `${label}, all of them in use: throughput / that with ${hotKeys} keys`,
      of(({ few, spread }) => spread.requestsPerSecond / few.requestsPerSecond),
      leastOfFewKeys,
    ),
    atMost(`${label}: start-up, ms`, median(startUpMs), mostStartUpMs),
    atMost(`${label}: memory of all processes, MB`, megabytes(memory), mostMegabytes),
    ...Object.entries(memory).map(([name, { proportional }]) =>
      plain(`${label}: memory of the ${name}, MB`, proportional / 1e6),
    ),
    plain(`${hotKeys} keys, after the same load: memory of all processes, MB`, megabytes(fresh)),
  ];
}

/** Resident memory; pages that processes share, such as Node's own code, count once. */
function megabytes(memory) {
  return Object.values(memory).reduce((sum, { proportional }) => sum + proportional, 0) / 1e6;
}
