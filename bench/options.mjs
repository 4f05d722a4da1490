/** The command line of the bench. */
import os from "node:os";
import { parseArgs } from "node:util";

export const usage = `Usage: npm run bench -- [options]
  --quick             short rounds and few keys: shows that everything works, proves nothing
  --only <name>       throughput, latency, signing, scale or profile; may be repeated
  --rounds <n>        rounds of each comparison (default: 7)
  --keys <n>          keys in the store for scale (default: 100000)
  --directory <dir>   where the servers keep their data: on the disk to measure (default: ${os.tmpdir()})
  --api-flags <text>  flags for Node in the API process, to try them
  --vault-flags <text>  the same for the vault

profile runs only when it is asked for: it writes CPU profiles of the API process and the
vault to bench/results/profile and lists the functions that cost most.`;

const paces = {
  full: {
    compileMs: 3_000,
    rounds: 7,
    warmUpMs: 500,
    measureMs: 2_000,
    flushes: 300,
    starts: 3,
    keys: 100_000,
  },
  quick: {
    compileMs: 3_000,
    rounds: 2,
    warmUpMs: 200,
    measureMs: 400,
    flushes: 50,
    starts: 1,
    keys: 1_000,
  },
};
/** What is compared with something, and runs unless a part is asked for. */
export const compared = ["throughput", "latency", "signing", "scale"];
const scenarios = [...compared, "profile"];

/** Throws an error that says what is wrong with the command line. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: compared },
      rounds: { type: "string" },
      keys: { type: "string" },
      directory: { type: "string", default: os.tmpdir() },
      "api-flags": { type: "string", default: "" },
      "vault-flags": { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  });
  const { keys, ...pace } = values.quick ? paces.quick : paces.full;
  const unknown = values.only.find((name) => !scenarios.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no ${unknown}; there is ${scenarios.join(", ")}.`);
  return {
    ...values,
    pace: { ...pace, rounds: wholeNumber(values.rounds, pace.rounds) },
    keyCount: wholeNumber(values.keys, keys),
    flags: { api: words(values["api-flags"]), vault: words(values["vault-flags"]) },
  };
}

function wholeNumber(text, otherwise) {
  if (text === undefined) return otherwise;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`${text} is not a number of things.`);
  return Number(text);
}

function words(text) {
  return text.split(" ").filter((word) => word !== "");
}
