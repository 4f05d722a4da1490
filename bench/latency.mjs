/**
 * Scenario: one caller who sends one request after the other. Nothing is shared with
 * anyone, so each answer waits for a flush of its own; the rest is ours to keep short.
 */
import { measureFlush } from "./disk.mjs";
import { inputsFor } from "./inputs.mjs";
import { measureRun } from "./measure.mjs";
import { signedRequests } from "./requests.mjs";
import { atMost, plain } from "./rows.mjs";
import { median } from "./statistics.mjs";

const mostAboveFlushMs = 2;

/** Runs all rounds: the disk alone, the echo and Keyhaven by turns. */
export async function measureLatency({ echo, keyhaven, keyIds, directory, pace, say }) {
  const inputs = await inputsFor("Encrypt", keyhaven, keyIds);
  const plan = { connections: 1, warmUpMs: pace.warmUpMs, measureMs: pace.measureMs };
  const rounds = [];
  for (let round = 0; round < pace.rounds; round += 1) {
    const flush = measureFlush(directory, pace.flushes);
    const bare = signedRequests(keyhaven, "Encrypt", inputs, "/400");
    const ofEcho = await measureRun(echo, { ...plan, requests: bare });
    const requests = signedRequests(keyhaven, "Encrypt", inputs);
    const ofKeyhaven = await measureRun(keyhaven, { ...plan, requests });
    rounds.push({ flush, echo: ofEcho, keyhaven: ofKeyhaven });
    say(`latency: round ${round + 1} of ${pace.rounds}`);
  }
  return rounds;
}

/** The rows of the report. */
export function latencyRows(rounds) {
  const of = (value) => median(rounds.map(value));
  const label = "Encrypt, 1 connection";
  return [
    plain(
      "one flush of the disk: median, ms",
      of(({ flush }) => flush.p50Ms),
    ),
    plain(
      `${label}: median of the echo, ms`,
      of(({ echo }) => echo.p50Ms),
    ),
    plain(
      `${label}: median, ms`,
      of(({ keyhaven }) => keyhaven.p50Ms),
    ),
    atMost(
      `${label}: median above one flush, ms`,
      of(({ flush, keyhaven }) => keyhaven.p50Ms - flush.p50Ms),
      mostAboveFlushMs,
    ),
    plain(
      `${label}: p99, ms`,
      of(({ keyhaven }) => keyhaven.p99Ms),
    ),
  ];
}
