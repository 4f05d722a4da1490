/**
 * A load generator: a closed loop over keep-alive connections. Each connection sends its
 * next request as soon as it has the answer to the one before.
 */
import { createHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.mjs";

/** An answer that takes longer is a failure of the run. */
const patienceMs = 20_000;

/**
 * Sends the requests over and over again and measures for `measureMs`, after `warmUpMs`.
 * Rejects when an answer is not 200 or a connection breaks: a number that counts errors
 * is worth nothing. `sample` is called when the measured time begins and when it ends.
 *
 * @param {{ port: number, requests: readonly Buffer[], connections: number,
 *   warmUpMs: number, measureMs: number, sample: () => unknown }} plan
 */
export async function runLoad(plan) {
  const { requests, warmUpMs, measureMs, sample } = plan;
  const crowd = new Crowd(requests);
  await crowd.connect(plan.port, plan.connections);
  crowd.begin();
  try {
    await Promise.race([sleep(warmUpMs), crowd.failed]);
    const before = sample();
    const startedAtMs = performance.now();
    crowd.startMeasuring();
    await Promise.race([sleep(measureMs), crowd.failed]);
    const seconds = (performance.now() - startedAtMs) / 1000;
    const latency = crowd.stopMeasuring();
    const after = sample();
    await crowd.finish();
    return { ...summaryOf(latency, seconds), before, after };
  } finally {
    crowd.close();
  }
}

function summaryOf(latency, seconds) {
  if (latency.count === 0) throw new Error("no answer came in the measured time");
  const ms = (percent) => latency.percentile(percent) / 1000;
  return {
    requests: latency.count,
    requestsPerSecond: latency.count / seconds,
    p50Ms: ms(50),
    p99Ms: ms(99),
    maxMs: latency.max / 1000,
  };
}

class Crowd {
  /** Rejects when something went wrong; never resolves. */
  failed;
  #fail;
  #requests;
  #next = 0;
  #connections = [];
  #sentAtMs = new Map();
  #latency = createHistogram();
  #isMeasuring = false;
  #isEnding = false;
  #whenIdle;

  constructor(requests) {
    this.#requests = requests;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Somebody always races with it; an early failure must not end the process.
    this.failed.catch(() => undefined);
  }

  async connect(port, count) {
    const heed = {
      onAnswer: (connection, status, body) => this.#take(connection, status, body),
      onError: (error) => this.#fail(error),
    };
    const opening = Array.from({ length: count }, () => Connection.open(port, heed));
    this.#connections = await Promise.all(opening);
  }

  begin() {
    for (const connection of this.#connections) this.#send(connection, performance.now());
  }

  startMeasuring() {
    this.#isMeasuring = true;
  }

  stopMeasuring() {
    this.#isMeasuring = false;
    return this.#latency;
  }

  /** Resolves when all answers have come, so that the next run finds a quiet server. */
  async finish() {
    this.#isEnding = true;
    const idle = new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
    const tooLate = AbortSignal.timeout(patienceMs);
    tooLate.addEventListener("abort", () => this.#fail(new Error("answers are missing")));
    await Promise.race([idle, this.failed]);
  }

  close() {
    for (const connection of this.#connections) connection.close();
  }

  #send(connection, nowMs) {
    this.#sentAtMs.set(connection, nowMs);
    connection.send(this.#requests[this.#next]);
    this.#next = (this.#next + 1) % this.#requests.length;
  }

  #take(connection, status, body) {
    const nowMs = performance.now();
    if (status !== 200) this.#fail(new Error(`${status} ${body.toString()}`));
    if (this.#isMeasuring) this.#record(nowMs - this.#sentAtMs.get(connection));
    if (this.#isEnding) this.#rest(connection);
    else this.#send(connection, nowMs);
  }

  #rest(connection) {
    this.#sentAtMs.delete(connection);
    if (this.#sentAtMs.size === 0) this.#whenIdle();
  }

  /** The histogram takes whole numbers from 1: microseconds. */
  #record(elapsedMs) {
    this.#latency.record(Math.max(1, Math.round(elapsedMs * 1000)));
  }
}
