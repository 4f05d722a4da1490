/** What `openssl speed` of the system says of a primitive, on all cores at once. */
import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The version of the openssl command; nothing where there is none. */
export async function opensslVersion() {
  try {
    return (await run("openssl", ["version"])).stdout.trim();
  } catch {
    return undefined;
  }
}

/**
 * Signatures and verifications a second of an algorithm by openssl's name for it, such as
 * rsa2048. Takes a few seconds: its unit is a whole one for each of the two.
 */
export async function opensslSpeed(algorithm, seconds) {
  // By the clock: on a machine that is busy, CPU time would flatter it.
  const load = ["-elapsed", "-multi", String(os.cpus().length), "-seconds", String(seconds)];
  const { stdout } = await run("openssl", ["speed", "-mr", ...load, algorithm]);
  const rates = /^\+F\d+:.*:([\d.]+):([\d.]+)$/m.exec(stdout);
  if (rates === null) throw new Error(`openssl speed says nothing of ${algorithm}`);
  return { sign: Number(rates[1]), verify: Number(rates[2]) };
}
