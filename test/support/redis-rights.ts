import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** For the tests' own commands; the gateways come as the default user. */
export const ADMIN = { username: 'admin', password: 'admin' } as const;

/** What the documentation says that a gateway needs, for the prefixes of the tests. */
function documentedRights(): readonly string[] {
  const page = readFileSync(join(process.cwd(), 'docs/redis.md'), 'utf8');
  const rights = /^user tributary on >PASSWORD (.*)$/m.exec(page)?.[1]?.split(' ');
  if (rights === undefined) throw new Error('docs/redis.md has no line of rights');
  return rights.flatMap((right) =>
    '~&'.includes(right[0] ?? '-') ? [`${right[0] ?? ''}test*`, right] : [right],
  );
}

/** What a server is started with so that its default user has just the documented rights, and `more`. */
export function rightsArgs(more: readonly string[] = []): readonly string[] {
  return [
    ...['--user', 'default', 'on', 'nopass', ...documentedRights(), ...more],
    ...['--user', ADMIN.username, 'on', `>${ADMIN.password}`, '~*', '&*', '+@all'],
  ];
}

/** The same with every right for everyone, for servers that talk to each other as the default user. */
export const EVERY_RIGHT = ['--user', ADMIN.username, 'on', `>${ADMIN.password}`, '~*', '&*', '+@all'];
