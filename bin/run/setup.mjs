// @ts-check
import { build, isBuilt } from "./build.mjs";
import { install, isInstalled } from "./install.mjs";
import { whileLocked } from "./lock.mjs";

/**
 * Makes sure that the packages are installed and, if wanted, that everything is built.
 * Costs a few milliseconds when they are; only one process at a time does the work.
 * @param {string} root
 * @param {{ built: boolean, say: (line: string) => void }} how
 */
export async function setUp(root, { built, say }) {
  if (isInstalled(root) && (!built || isBuilt(root))) return;
  await whileLocked(
    root,
    async () => {
      if (!isInstalled(root)) await install(root, say);
      if (built && !isBuilt(root)) await build(root, say);
    },
    say,
  );
}
