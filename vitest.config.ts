import { defineConfig } from "vitest/config";

/** Tests that start whole servers or load the machine: one after the other, in peace. */
const wholeHouse = ["test/{end-to-end,boundary,fuzz}/**/*.test.ts", "src/cli/running.test.ts"];

export default defineConfig({
  test: {
    reporters: ["default", "./tools/closing-line.ts"],
    coverage: { include: ["src/**/*.ts"], thresholds: { lines: 90 } },
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/**/*.test.ts", "bin/**/*.test.mjs"],
          exclude: wholeHouse,
          // Tests share no module state, so they can share a worker: six times faster.
          pool: "threads",
          isolate: false,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "house",
          include: wholeHouse,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
