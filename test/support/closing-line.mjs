/** A reporter that ends the run with one plain line, for people and programs that read only that. */
export default class ClosingLine {
  onTestRunEnd(modules, errors) {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const count = (state) => tests.filter((test) => test.result().state === state).length;
    // A suite may fail before or after its tests, and an error may be thrown where no test waits for it.
    const failedSuites = modules.filter((module) => !module.ok()).length;
    const failed = Math.max(count('failed'), failedSuites) + errors.length;
    process.stdout.write(`\n${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`);
  }
}
