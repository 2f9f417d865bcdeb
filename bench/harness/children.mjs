import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const running = new Set();

/** Starts one of the scripts in bench/ as a process of its own; resolves when it listens. */
export function startProcess(script, settings = {}, env = {}) {
  const file = fileURLToPath(new URL(`../${script}`, import.meta.url));
  // The flag that `npm start` sets, for both sides of a comparison.
  const execArgv = ['--max-semi-space-size=8'];
  const child = fork(file, [JSON.stringify(settings)], {
    execArgv,
    env: { ...process.env, ...env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      running.delete(child);
      reject(new Error(`${script} ended with code ${code} before it was ready`));
    });
    child.once('message', ({ ready }) => resolve(handleOf(child, script, ready)));
  });
}

/** Ends every process that was started, by its pid. */
export function killAll() {
  for (const child of running) child.kill('SIGKILL');
}

const GRACE_MS = 5_000;

/** Lets a process end by itself, which it does when it loses its parent, and waits until it is gone. */
async function stop(child) {
  if (!running.has(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(timer);
}

function handleOf(child, script, ready) {
  const waiting = new Map();
  let lastId = 0;
  child.on('message', ({ id, value, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(`${script}: ${error}`));
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${script} has ended`));
  });
  const call = (name, argument) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.send({ id: lastId, name, argument });
    });
  return { ...ready, call, stop: () => stop(child) };
}
