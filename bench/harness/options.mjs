import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- [CASE ...] [--rounds N] [--seconds S] [--against DIR]

  --rounds N    rounds of each comparison (default 5)
  --seconds S   length of one run under load (default 1.5)
  --against DIR another build (its dist folder) that the cases "view" and "tracing" are measured with as well`;

/** What the command line asks for. Throws an Error that says what is wrong. */
export function readOptions(args, names) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1.5' },
      against: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(', ')}; use ${names.join(', ')}`);
  const rounds = positive('--rounds', values.rounds);
  if (!Number.isInteger(rounds)) throw new Error(`--rounds takes a whole number; found ${rounds}`);
  const only = positionals.length === 0 ? names : positionals;
  const { against = null, help } = values;
  return { rounds, seconds: positive('--seconds', values.seconds), only, against, help };
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new Error(`${name} takes a number above 0; found ${text}`);
  return number;
}
