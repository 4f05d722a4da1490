/** One measured run against one server: throughput, latency and what it cost. */
import { cpuNanoseconds, machineCpuNanoseconds } from "./cpu.mjs";
import { runLoad } from "./load.mjs";

/**
 * Runs the requests against a server. CPU times are microseconds per request, by process;
 * `foreignCores` is how many cores were busy with anything but this bench.
 *
 * @param {{ port: number, pids: Record<string, number> }} server
 * @param {{ requests: readonly Buffer[], connections: number, warmUpMs: number,
 *   measureMs: number }} plan
 */
export async function measureRun(server, plan) {
  const sample = () => sampleOf(server.pids);
  const { before, after, ...run } = await runLoad({ port: server.port, ...plan, sample });
  const perRequest = (name) => (after.cpu[name] - before.cpu[name]) / 1000 / run.requests;
  const cpuMicroseconds = Object.fromEntries(
    Object.keys(server.pids).map((name) => [name, perRequest(name)]),
  );
  const ours = sum(after.cpu) + after.generator - sum(before.cpu) - before.generator;
  const foreign = after.machine - before.machine - ours;
  const elapsedNanoseconds = (after.atMs - before.atMs) * 1e6;
  return {
    ...run,
    cpuMicroseconds: {
      ...cpuMicroseconds,
      generator: (after.generator - before.generator) / 1000 / run.requests,
    },
    foreignCores: Math.max(0, foreign / elapsedNanoseconds),
  };
}

function sampleOf(pids) {
  const cpu = Object.entries(pids).map(([name, pid]) => [name, cpuNanoseconds(pid)]);
  return {
    cpu: Object.fromEntries(cpu),
    generator: cpuNanoseconds(process.pid),
    machine: machineCpuNanoseconds(),
    atMs: performance.now(),
  };
}

function sum(numbers) {
  return Object.values(numbers).reduce((total, number) => total + number, 0);
}
