import type { write } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { LogOutput } from './log-output.js';

type Callback = (fault: NodeJS.ErrnoException | null, written: number) => void;

/** A file that takes so many bytes of each write, or fails it. */
class FakeFile {
  content = '';
  #pending: { bytes: Buffer; done: Callback } | null = null;

  readonly write = ((_descriptor: number, bytes: Buffer, ...rest: [number, number, null, Callback]) => {
    this.#pending = { bytes, done: rest[3] };
  }) as unknown as typeof write;

  get isAsked(): boolean {
    return this.#pending !== null;
  }

  take(bytes = Infinity): void {
    const { pending } = this.#answer();
    const taken = pending.bytes.subarray(0, bytes);
    this.content += taken.toString();
    pending.done(null, taken.length);
  }

  fail(code: string): void {
    this.#answer().pending.done(Object.assign(new Error(code), { code }), 0);
  }

  #answer(): { pending: { bytes: Buffer; done: Callback } } {
    const pending = this.#pending;
    if (pending === null) throw new Error('nothing is being written');
    this.#pending = null;
    return { pending };
  }
}

describe('a log output', () => {
  it('writes line after line, and joins lines that arrive during a write', async () => {
    const file = new FakeFile();
    const output = new LogOutput(1, file.write);
    for (const line of ['a\n', 'b\n', 'c\n']) output.write(line);
    file.take();
    expect(file.content).toBe('a\n');
    const flushed = output.flushed();
    file.take();
    await flushed;
    expect(file.content).toBe('a\nb\nc\n');
    expect(output.dropped).toBe(0);
  });

  it('drops lines that it cannot keep while the reader stalls, and reports their number afterwards', () => {
    const file = new FakeFile();
    const output = new LogOutput(1, file.write);
    const told: number[] = [];
    output.recovered = (dropped) => told.push(dropped);
    const line = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 3_000; count++) output.write(line);
    expect(output.isInSystem).toBe(true);
    expect(output.dropped).toBe(3_000 - 1 - 1024);
    file.take();
    expect(told).toEqual([output.dropped]);
    file.take();
    expect(file.content.length).toBe(1025 * 1024);
    expect(told).toHaveLength(1);
  });

  it.each(['ENOSPC', 'EFBIG', 'EPIPE', 'EIO'])(
    'continues after %s, and ends the line that was cut',
    (code) => {
      const file = new FakeFile();
      const output = new LogOutput(1, file.write);
      output.write('{"a":1}\n');
      output.write('{"b":2}\n');
      file.take(3);
      file.fail(code);
      file.fail(code);
      expect(output.dropped).toBe(2);
      output.write('{"c":3}\n');
      file.take();
      expect(file.content).toBe('{"a\n{"c":3}\n');
    },
  );

  it('keeps the count of lost lines and later lines whole, whatever the file does', () => {
    const steps = fc.array(
      fc.oneof(fc.constant('line'), fc.constant('fail'), fc.integer({ min: 1, max: 9 })),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const file = new FakeFile();
        const output = new LogOutput(1, file.write);
        let lines = 0;
        for (const step of all) {
          if (step === 'line') output.write(`{"n":${lines++}}\n`);
          else if (file.isAsked) {
            if (step === 'fail') file.fail('ENOSPC');
            else file.take(step);
          }
        }
        while (file.isAsked) file.take();
        const whole = file.content.split('\n').filter((line) => /^\{"n":\d+\}$/.test(line));
        expect(new Set(whole).size).toBe(whole.length);
        // A line of which only the newline was lost counts as dropped, and is there all the same.
        expect(whole.length + output.dropped).toBeGreaterThanOrEqual(lines);
        expect(output.dropped).toBeLessThanOrEqual(lines);
      }),
    );
  });
});
