import { coldAnswer } from './cases/cold-answer.mjs';
import { filteredPage } from './cases/filtered-page.mjs';
import { key } from './cases/key.mjs';
import { hotPage, notModified } from './cases/hot-page.mjs';
import { resources } from './cases/resources.mjs';
import { summary } from './cases/summary.mjs';
import { tracing } from './cases/tracing.mjs';
import { view } from './cases/view.mjs';
import { killAll } from './harness/children.mjs';
import { readOptions, USAGE } from './harness/options.mjs';
import { printCase, printMachine } from './harness/report.mjs';

const CASES = [hotPage, notModified, key, coldAnswer, filteredPage, view, summary, resources, tracing];

process.on('exit', killAll);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => process.exit(code));
}
await main();
// The processes of a case that failed must not keep this one alive.
process.exit();

async function main() {
  try {
    const options = readOptions(
      process.argv.slice(2),
      CASES.map(({ name }) => name),
    );
    if (options.help) console.log(USAGE);
    else await measure(options);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function measure(options) {
  printMachine(options);
  for (const each of CASES.filter(({ name }) => options.only.includes(name))) {
    await measureCase(each, options);
  }
}

/** A case that fails leaves nothing running that would disturb the next one. */
async function measureCase(each, options) {
  try {
    printCase(each, await each.run(options));
  } catch (error) {
    console.error(`\n${each.name}: ${error.message}`);
    process.exitCode = 1;
    killAll();
  }
}
