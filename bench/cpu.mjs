/** What processes cost, from /proc (see proc(5) and the kernel's sched-stats.rst). */
import { readdirSync, readFileSync } from "node:fs";

const nanosecondsPerTick = 10_000_000;

/**
 * CPU time that all threads of a process have used, in nanoseconds. Time that a thread
 * waited for a CPU is not in it, so it depends little on what else the machine does.
 */
export function cpuNanoseconds(pid) {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 1)[0]);
  }
  return sum;
}

/** CPU time that the whole machine has used, in nanoseconds; accurate to 10 ms a CPU. */
export function machineCpuNanoseconds() {
  const line = readFileSync("/proc/stat", "utf8").split("\n", 1)[0];
  const [user, nice, system, , , interrupts, softInterrupts] = line
    .split(/ +/)
    .slice(1)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) * nanosecondsPerTick;
}

/** Memory that a process holds, in bytes: resident, and with shared pages split fairly. */
export function memoryBytes(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1]) * 1024;
  return { resident: bytes("Rss"), proportional: bytes("Pss") };
}

/** All running processes, with the process that started each and how it was called. */
function processes() {
  const found = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ", 1)[0]);
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      found.push({ pid: Number(name), parent, command });
    } catch {
      // It ended between the two looks.
    }
  }
  return found;
}

/** A process and all that it has started, and what those have started. */
export function familyOf(pid) {
  const all = processes();
  const family = all.filter((process) => process.pid === pid);
  // Grows while it is walked: the children of a child are found when its turn comes.
  for (const member of family) {
    family.push(...all.filter((process) => process.parent === member.pid));
  }
  return family;
}
