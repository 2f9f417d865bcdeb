/**
 * The child's side of a server process: answers the calls that its parent sends over IPC and ends with the
 * parent, however that ends. Ctrl-C reaches the whole process group; it is the parent that acts on it.
 */
export async function serveParent(start) {
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  const settings = JSON.parse(process.argv[2] ?? '{}');
  const { ready, calls } = await start(settings);
  const all = { usage: ownUsage, memory: () => process.memoryUsage(), ...calls };
  process.on('message', ({ id, name, argument }) => {
    Promise.resolve(all[name](argument)).then(
      (value) => process.send({ id, value }),
      (error) => process.send({ id, error: String(error) }),
    );
  });
  process.send({ ready });
}

/** The processor time used so far, in milliseconds. */
function ownUsage() {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000 };
}
