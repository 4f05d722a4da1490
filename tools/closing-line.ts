/** Ends a run with one plain line that any CI can read: "12 passed, 0 failed, 1 skipped". */
import type { Reporter, TestModule, TestSuite } from "vitest/node";

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number =>
      tests.filter((test) => test.result().state === state).length;
    // A file that does not load and a hook that throws keep tests from running at all.
    const broken = modules.flatMap(placesOf).filter((place) => place.errors().length > 0).length;
    const failed = count("failed") + broken + unhandled.length;
    process.stdout.write(
      `\n${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped\n`,
    );
  }
}

function placesOf(module: TestModule): readonly (TestModule | TestSuite)[] {
  return [module, ...module.children.allSuites()];
}
