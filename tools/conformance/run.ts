/** npm run conformance: every case against an endpoint, by default a server of its own. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startKeyhaven } from "../../src/testing.ts";
import { allCases } from "./all-cases.ts";
import { asJson, table, totals } from "./report.ts";
import { runCases } from "./run-cases.ts";
import { World } from "./world.ts";

const usage = `Usage: npm run conformance -- [options]

  --endpoint <url>       what to try; without it, a server of its own is started
  --region <name>        the Region to sign for (default: us-east-1)
  --operation <name>     only the cases of this operation
  --json <file>          where to write the results as JSON
`;

const { values } = parseArgs({
  options: {
    endpoint: { type: "string" },
    region: { type: "string", default: "us-east-1" },
    operation: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

interface Target {
  readonly endpoint: string;
  readonly world: World;
  close(): Promise<void>;
}

/** Credentials for a foreign endpoint come from where AWS's SDK looks for them. */
async function chooseTarget(): Promise<Target> {
  const { endpoint, region } = values;
  if (endpoint !== undefined) {
    const world = new World({ endpoint, region });
    return { endpoint, world, close: async () => await world.close() };
  }
  const keyhaven = await startKeyhaven({ region });
  const world = new World(keyhaven.clientConfig);
  return {
    endpoint: keyhaven.endpoint,
    world,
    async close() {
      await world.close();
      await keyhaven.stop();
    },
  };
}

async function main(): Promise<number> {
  const wanted = allCases.filter(
    ({ operation }) => values.operation === undefined || operation === values.operation,
  );
  if (wanted.length === 0) throw new Error(`There is no case of ${values.operation}.`);
  const target = await chooseTarget();
  try {
    const results = await runCases(wanted, target.world);
    process.stdout.write(table(results));
    if (values.json !== undefined) writeFileSync(values.json, asJson(target.endpoint, results));
    return totals(results).failed === 0 ? 0 : 1;
  } finally {
    await target.close();
  }
}

if (values.help) process.stdout.write(usage);
else process.exitCode = await main();
