import { describe, expect, it } from 'vitest';
import { commandsOf, faultsOf, type PageCommand, type Printed } from './page-commands.js';

const SHOWN = {
  tasks: [{ status: 'FAILED', id: 'server-backups.1', endTime: '2026-11-29T06:42:45.549Z', error: null }],
  message: 'The last success ended at 2026-11-25T14:50:40.224Z.',
  totalSize: 231,
};

const LATER = 'The last success ended at 2027-01-01T00:00:00.000Z.';

function showing(answer: unknown): PageCommand {
  return { heading: '', script: '', shown: { language: 'json', text: JSON.stringify(answer) } };
}

function printed(answer: unknown, status = 200): Printed {
  return { stdout: JSON.stringify(answer), stderr: `${status}\n`, statuses: [status] };
}

describe('the commands of a page', () => {
  it('are its blocks in sh, each with the heading before it and the answer after it', () => {
    const page =
      '# A\n\n```sh\ncurl one\n```\n\n```json\n{}\n```\n\n## B\n\n```yaml\na: 1\n```\n\n```sh\n# two\ncurl two\n```\n';
    expect(commandsOf(page)).toEqual([
      { heading: 'A', script: 'curl one\n', shown: { language: 'json', text: '{}' } },
      { heading: 'B', script: '# two\ncurl two\n', shown: null },
    ]);
  });
});

describe('what a page shows', () => {
  it('may lack fields and elements, and have other ids, times and numbers', () => {
    const [task] = SHOWN.tasks;
    const other = { ...task, status: 'RUNNING' };
    const same = { ...task, id: 'server-backups.2', endTime: '2027-01-01T00:00:00.000Z', type: 'BACKUP' };
    expect(
      faultsOf(showing(SHOWN), printed({ ...SHOWN, tasks: [other, same], message: LATER, totalSize: 7 })),
    ).toEqual([]);
  });

  it.each([
    ['another word', { ...SHOWN, tasks: [{ ...SHOWN.tasks[0], status: 'STOPPED' }] }],
    [
      'no such field',
      { tasks: [{ status: 'FAILED', id: 'a', endTime: SHOWN.tasks[0]?.endTime }], totalSize: 1 },
    ],
    ['no time', { ...SHOWN, tasks: [{ ...SHOWN.tasks[0], endTime: 'yesterday' }] }],
    ['a value in the place of null', { ...SHOWN, tasks: [{ ...SHOWN.tasks[0], error: 'full' }] }],
    ['no element', { ...SHOWN, tasks: [] }],
    ['another sentence', { ...SHOWN, message: 'No success is known.' }],
    ['a text in the place of a number', { ...SHOWN, totalSize: '231' }],
  ])('is wrong where the answer has %s', (_what, answer) => {
    expect(faultsOf(showing(SHOWN), printed(answer))).not.toEqual([]);
  });

  it('is wrong where the status is another one', () => {
    expect(faultsOf(showing(SHOWN), printed(SHOWN, 503))).not.toEqual([]);
    const problem = { type: '/problems/overloaded', status: 503 };
    expect(faultsOf(showing(problem), printed(problem, 503))).toEqual([]);
  });

  it('is wrong where a header is missing or of another kind', () => {
    const command: PageCommand = {
      heading: '',
      script: '',
      shown: { language: 'http', text: 'HTTP/1.1 200 OK\nage: 2\ncache-control: private, max-age=15' },
    };
    const head = (text: string): Printed => ({ stdout: text, stderr: '', statuses: [200] });
    expect(
      faultsOf(command, head('HTTP/1.1 200 OK\r\nAge: 7\r\nCache-Control: private, max-age=9\r\n')),
    ).toEqual([]);
    expect(faultsOf(command, head('HTTP/1.1 200 OK\r\nAge: 7\r\nCache-Control: no-store\r\n'))).toEqual([
      'cache-control: private, max-age=15',
    ]);
  });
});
