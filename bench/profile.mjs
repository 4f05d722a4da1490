/** Scenario: where the time goes, by V8's own profiler in the API process and the vault. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { callEach } from "./calls.mjs";
import { readProfile } from "./cpu-profile.mjs";
import { inputsFor } from "./inputs.mjs";
import { measureRun } from "./measure.mjs";
import { signedRequests } from "./requests.mjs";
import { startKeyhaven } from "./server.mjs";

const profileDirectory = path.join(import.meta.dirname, "results/profile");
const rights = ["--allow-inspector", `--allow-fs-write=${profileDirectory}`];
const longestList = 30;

/**
 * Profiles Encrypt over 64 connections and returns for each process what its rooms and
 * its functions cost, as fractions of the time that it was not idle. That is time by the
 * clock: a system call that wakes another process is charged with what that one does
 * before this one goes on.
 */
export async function measureProfile({ directory, flags, pace }) {
  rmSync(profileDirectory, { recursive: true, force: true });
  mkdirSync(profileDirectory, { recursive: true });
  const server = await startKeyhaven(directory, {
    api: [...flags.api, ...profilerFlags("api")],
    // The vault has no right to be inspected, nor to write anywhere but to its own directory.
    vault: [...flags.vault, ...profilerFlags("vault"), ...rights],
  });
  try {
    const [{ KeyMetadata }] = await callEach(server, "CreateKey", [{}]);
    const inputs = await inputsFor("Encrypt", server, [KeyMetadata.KeyId]);
    const requests = signedRequests(server, "Encrypt", inputs);
    const measureMs = pace.measureMs * pace.rounds;
    await measureRun(server, { requests, connections: 64, warmUpMs: 0, measureMs });
  } finally {
    await server.stop();
  }
  return readdirSync(profileDirectory).map((file) => ({
    process: file.split(".", 1)[0],
    ...readProfile(path.join(profileDirectory, file)),
  }));
}

function profilerFlags(name) {
  return ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${name}.cpuprofile`];
}

/** The lists as text. */
export function profileText(profiles) {
  return profiles
    .map(({ process, rooms, functions }) => {
      const heading = `The ${process} process, by room (with what Node does for it)`;
      return [heading, ...lines(rooms), "", "and by function, itself", ...lines(functions)];
    })
    .map((section) => section.join("\n"))
    .join("\n\n");
}

function lines(costs) {
  return [...costs]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, longestList)
    .map(([name, share]) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`);
}
