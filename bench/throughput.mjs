/**
 * Scenario: how much of the bare echo's throughput is left once a request is verified,
 * authorized, encrypted in another process and recorded on disk, and what that costs.
 */
import { callEach } from "./calls.mjs";
import { inputsFor } from "./inputs.mjs";
import { measureRun } from "./measure.mjs";
import { signedRequests } from "./requests.mjs";
import { atLeast, atMost, plain } from "./rows.mjs";
import { median } from "./statistics.mjs";

const names = ["Encrypt", "Decrypt", "GenerateDataKey"];
const targets = { 64: 0.45, 256: 0.55 };
const mostCpuOfEcho = 2.5;
const mostP99OfEcho = 4;

/** Runs all rounds: echo and Keyhaven by turns, each call at each number of connections. */
export async function measureThroughput({ echo, keyhaven, keyIds, pace, say }) {
  const cases = [];
  for (const name of names) {
    const inputs = await inputsFor(name, keyhaven, keyIds);
    const [answer] = await callEach(keyhaven, name, inputs.slice(0, 1));
    const path = `/${Buffer.byteLength(JSON.stringify(answer))}`;
    for (const connections of Object.keys(targets).map(Number)) {
      cases.push({ name, connections, inputs, path, rounds: [] });
    }
  }
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const each of cases) each.rounds.push(await measureRound(each, { echo, keyhaven, pace }));
    say(`throughput: round ${round + 1} of ${pace.rounds}`);
  }
  return cases.map(({ name, connections, rounds }) => ({ name, connections, rounds }));
}

async function measureRound({ name, connections, inputs, path }, { echo, keyhaven, pace }) {
  const plan = { connections, warmUpMs: pace.warmUpMs, measureMs: pace.measureMs };
  const bare = signedRequests(keyhaven, name, inputs, path);
  const ofEcho = await measureRun(echo, { ...plan, requests: bare });
  const requests = signedRequests(keyhaven, name, inputs);
  const ofKeyhaven = await measureRun(keyhaven, { ...plan, requests });
  return { echo: ofEcho, keyhaven: ofKeyhaven };
}

/** The rows of the report: medians of what each round says. */
export function throughputRows(cases) {
  return cases.flatMap(({ name, connections, rounds }) => {
    const of = (value) => median(rounds.map(value));
    const label = `${name}, ${connections} connections`;
    const rows = [
      atLeast(`${label}: throughput / echo`, of(throughputRatio), targets[connections]),
      plain(
        `${label}: requests a second`,
        of(({ keyhaven }) => keyhaven.requestsPerSecond),
      ),
      plain(
        `${label}: CPU of the API, us`,
        of(({ keyhaven }) => keyhaven.cpuMicroseconds.api),
      ),
      plain(
        `${label}: CPU of the vault, us`,
        of(({ keyhaven }) => keyhaven.cpuMicroseconds.vault),
      ),
      plain(
        `${label}: CPU of the echo, us`,
        of(({ echo }) => echo.cpuMicroseconds.api),
      ),
      atMost(`${label}: CPU of both / echo`, of(cpuRatio), mostCpuOfEcho),
    ];
    const p99 = of(({ echo, keyhaven }) => keyhaven.p99Ms / echo.p99Ms);
    rows.push(
      plain(
        `${label}: p99, ms`,
        of(({ keyhaven }) => keyhaven.p99Ms),
      ),
      connections === 64
        ? atMost(`${label}: p99 / echo`, p99, mostP99OfEcho)
        : plain(`${label}: p99 / echo`, p99),
    );
    return rows;
  });
}

function throughputRatio({ echo, keyhaven }) {
  return keyhaven.requestsPerSecond / echo.requestsPerSecond;
}

function cpuRatio({ echo, keyhaven }) {
  const { api, vault } = keyhaven.cpuMicroseconds;
  return (api + vault) / echo.cpuMicroseconds.api;
}
