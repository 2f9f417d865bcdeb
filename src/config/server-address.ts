import { dirname } from 'node:path';
import { ProblemLog } from './problem-log.js';
import { readTextFile } from './read-text-file.js';
import { LISTENING_KEYS } from './serving-keys.js';
import { Substitution, type Environment } from './substitution.js';
import { nodeAt, parseYaml, type YamlNode } from './yaml-tree.js';

/** Where a gateway listens. */
export interface ServerAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly isTls: boolean;
}

/**
 * Reads from a configuration file only where the gateway listens. Throws ConfigError if it cannot tell. Mistakes elsewhere in
 * the file do not matter: a gateway that is already running is not stopped by them.
 */
export function readServerAddress(file: string, env: Environment): ServerAddress {
  const problems = new ProblemLog(file);
  const read = readTextFile(file);
  if (read.outcome === 'failed') {
    problems.noteFile(`the file ${read.fault}; name a readable YAML file in UTF-8`);
    throw problems.toError();
  }
  const root = parseYaml(read.text, new Substitution(env, dirname(file)), problems);
  if (root === null) throw problems.toError();
  const at = (name: keyof typeof LISTENING_KEYS): YamlNode =>
    nodeAt(root, 'server', name) ?? { kind: 'absent', place: root.place, path: `server.${name}` };
  const host = LISTENING_KEYS.host.read(at('host'), problems);
  const port = LISTENING_KEYS.port.read(at('port'), problems);
  if (host === undefined || port === undefined) throw problems.toError();
  return { host, port, isTls: nodeAt(root, 'server', 'tls') !== undefined };
}
