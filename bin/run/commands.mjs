// @ts-check
/** What `node bin/run.mjs <command>` does. Each resolves with an exit code. */
import path from "node:path";
import { chooseNode } from "./node.mjs";
import { run } from "./process.mjs";
import { setUp } from "./setup.mjs";
import { provideTestTools } from "./test-tools.mjs";

/**
 * @typedef {{ root: string, args: readonly string[], say: (line: string) => void }} Call
 * @type {Readonly<Record<string, (call: Call) => Promise<number>>>}
 */
export const commands = {
  async start({ root, args, say }) {
    await setUp(root, { built: true, say });
    return await runNode(root, ["bin/keyhaven.mjs", "serve", ...args]);
  },

  async build({ root, say }) {
    await setUp(root, { built: true, say });
    return 0;
  },

  async test({ root, args, say }) {
    await setUp(root, { built: true, say });
    provideTestTools(say);
    return await runNode(root, ["node_modules/vitest/vitest.mjs", "run", ...args]);
  },

  async check({ root, say }) {
    await setUp(root, { built: false, say });
    const failed = [];
    for (const [name, ...args] of checks) {
      say(`${name} …`);
      if ((await runNode(root, args)) !== 0) failed.push(name);
    }
    say(failed.length === 0 ? "All checks passed." : `Failed: ${failed.join(", ")}.`);
    return failed.length === 0 ? 0 : 1;
  },

  async bench({ root, args, say }) {
    await setUp(root, { built: true, say });
    return await runNode(root, ["bench/run.mjs", ...args]);
  },

  async conformance({ root, args, say }) {
    await setUp(root, { built: true, say });
    return await runNode(root, ["tools/conformance/run.ts", ...args]);
  },
};

/**
 * A name for people, then what Node runs. The linter asks the compiler for types across
 * projects, so the build comes before it.
 * @type {readonly [string, ...string[]][]}
 */
const checks = [
  ["format", "node_modules/oxfmt/bin/oxfmt", "--check"],
  ["types", "node_modules/typescript/bin/tsc", "-b", ".", "bin"],
  ["lint", "node_modules/oxlint/bin/oxlint", "--deny-warnings"],
  ["unused", "node_modules/knip/bin/knip.js"],
];

/**
 * Runs a script of the project under the Node that Keyhaven needs, which its children
 * find as `node`, too.
 * @param {string} root
 * @param {readonly string[]} command
 */
async function runNode(root, [script = "", ...args]) {
  const node = chooseNode(root);
  const bin = path.join(root, "node_modules/.bin");
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
  return await run(node, [path.join(root, script), ...args], { cwd: root, env });
}
