import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- [--rounds N] [--seconds S] [--only NAME]

  --rounds N    rounds of each comparison (default 5)
  --seconds S   length of one run under load (default 1.5)
  --only NAME   one case alone; may be given more than once`;

/** What the command line asks for. Throws an Error that says what is wrong. */
export function readOptions(args, names) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '1.5' },
      only: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`--only takes ${names.join(', ')}; found ${unknown.join(', ')}`);
  const rounds = positive('--rounds', values.rounds);
  if (!Number.isInteger(rounds)) throw new Error(`--rounds takes a whole number; found ${rounds}`);
  const only = values.only.length === 0 ? names : values.only;
  return { rounds, seconds: positive('--seconds', values.seconds), only, help: values.help };
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new Error(`${name} takes a number above 0; found ${text}`);
  return number;
}
