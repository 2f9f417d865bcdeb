import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { hideSecrets, withoutSecrets } from './hidden-secrets.js';

const NAMES = [
  ...[
    'access_id',
    'access_key',
    'ACCESS_KEY',
    'secret',
    'secret_key',
    'SecretAccessKey',
    'token',
    'sts_token',
  ],
  ...[
    'signature',
    'Signature',
    'sig',
    'sign',
    'x-amz-credential',
    'X-Amz-Signature',
    'x-amz-date',
    'x-oss-security-token',
  ],
  ...[
    'AWSAccessKeyId',
    'OSSAccessKeyId',
    'GoogleAccessId',
    'AccountKey',
    'password',
    'passwd',
    'pwd',
    'pass',
  ],
  ...[
    's3_access_key',
    'access-key',
    'accessKeySecret',
    'ak',
    'sk',
    'q-ak',
    'q-signature',
    'apiKey',
    'security.token',
  ],
];

describe('a secret inside a text', () => {
  it.each(NAMES)('is hidden as the value of %s, at any position', (name) => {
    const encoded = encodeURIComponent(`?${name}=KEY-1/+=&host=h`);
    for (const [text, hidden] of [
      [`oss://b/clog?host=h&${name}=KEY-1`, `oss://b/clog?host=h&${name}=***`],
      [`oss://b/clog?${name}=KEY-1/+=%2F&host=h`, `oss://b/clog?${name}=***&host=h`],
      [`cannot write to 'oss://b?${name}=KEY-1': denied`, `cannot write to 'oss://b?${name}=***': denied`],
      [`${name}='KEY 1' was refused`, `${name}=*** was refused`],
      [`the body {"${name}": "KEY-1", "n": 1}`, `the body {"${name}": "***", "n": 1}`],
      [`<E><${name}>KEY-1</${name}><Code>x</Code></E>`, `<E><${name}>***</${name}><Code>x</Code></E>`],
      [`to=https%3A%2F%2Fh${encoded}&n=1`, `to=https%3A%2F%2Fh%3F${name}%3D***%26host%3Dh&n=1`],
    ] as const) {
      expect(hideSecrets(text)).toBe(hidden);
      expect(hideSecrets(hidden)).toBe(hidden);
    }
  });

  it.each([
    ['ftp://backup:pa55@nas/daily', 'ftp://***@nas/daily'],
    ['ftp://backup:p@ss@nas/daily', 'ftp://***@nas/daily'],
    ['redis://:a/b+c=@127.0.0.1:6379', 'redis://***@127.0.0.1:6379'],
    ['https://u:a#b@h/x', 'https://***@h/x'],
    ['https://ghp_token@github.example/x', 'https://***@github.example/x'],
    ['see https://u:p@h/ and ftp://v:q@i/.', 'see https://***@h/ and ftp://***@i/.'],
    ['to=https%3A%2F%2Fu%3Ap%40h%2Fx', 'to=https%3A%2F%2F***%40h%2Fx'],
    ['Authorization: Bearer abc.def', 'Authorization: ***'],
    ['X-Auth-Token: MIIabc', 'X-Auth-Token: ***'],
  ])('is hidden in %s', (text, hidden) => {
    expect(hideSecrets(text)).toBe(hidden);
    expect(hideSecrets(hidden)).toBe(hidden);
  });

  it.each([
    'file:///obbackup/',
    'nfs://10.0.0.1:8080/mail@example.com',
    'http://[::1]:8080/a@b',
    'css-backup-1610678043608/css/log',
    'oss://backups/clog?host=oss.example&delete_mode=tagging',
    'invalid token: expired',
    'The secret of the agency is missing, see key=backup/0001.',
    'access_key=&host=h',
    '2023-11-25 17:03:46.739012 +0800 CST',
    'OS::Nova::Server',
    'passenger=7 monkey=8 design=x',
    '',
  ])('is not seen where there is none: %s', (text) => {
    expect(hideSecrets(text)).toBe(text);
  });

  it('is hidden at any depth of a record, and in fields whose names say so', () => {
    const uri = 'oss://b?access_key=KEY-1';
    const record = {
      a: [{ b: [{ c: uri, d: 7 }] }],
      password: 'KEY-1',
      ['__proto__']: uri,
      secretCount: 2,
      token: '',
    };
    expect(JSON.stringify(withoutSecrets(JSON.parse(JSON.stringify(record))))).toBe(
      JSON.stringify(record).replace(/KEY-1/g, '***'),
    );
  });

  it('returns a record without any as the same object, list by list', () => {
    const record = { a: [{ b: 'x=1' }], c: null, d: [1, 'oss://b'], e: new Date(0) };
    expect(withoutSecrets(record)).toBe(record);
    const mixed = { plain: record, uri: 'oss://b?sig=1' };
    expect(withoutSecrets(mixed).plain).toBe(record);
  });

  it('has no further effect when applied twice', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'access_key',
        'token',
        '=',
        '&',
        '?',
        ' ',
        '"',
        "'",
        '": "',
        ':',
        '://',
        '@',
        '%3D',
        '%26',
        '<',
        '>',
        '***',
      ),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
        (text) => {
          expect(hideSecrets(hideSecrets(text))).toBe(hideSecrets(text));
        },
      ),
    );
  });

  it.each([
    'a',
    '://',
    '://a:',
    '%3a%2f%2f',
    'token=',
    "token='",
    'x-amz-',
    '"token":"',
    '=',
    ' ',
    '@',
    '%3d',
    '%25',
    'a:',
  ])('costs in proportion to the length of %j repeated', (piece) => {
    const cpuMicroseconds = (length: number): number => {
      const text = `access_key://${piece.repeat(length / piece.length)}`;
      const before = process.cpuUsage();
      hideSecrets(text);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const least = (length: number): number => Math.min(...[1, 2, 3].map(() => cpuMicroseconds(length)));
    // What grew in squares would cost 4,096 times as much. The clock is too coarse for less than some milliseconds.
    expect(least(640_000) / Math.max(least(10_000), 2_000)).toBeLessThan(500);
  });
});
