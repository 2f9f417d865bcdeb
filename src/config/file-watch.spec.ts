import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch } from './file-watch.js';

let folder: string;
let told: number;
let watch: FileWatch;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-watch-'));
  told = 0;
  watch = new FileWatch(() => {
    told += 1;
  });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = (name: string): string => join(folder, name);

async function lookTwice(): Promise<void> {
  await watch.look();
  await watch.look();
}

describe('a watch over files', () => {
  it('tells a change once, when two looks in a row have seen it', async () => {
    writeFileSync(path('a'), 'one');
    await watch.watch([path('a')]);
    await lookTwice();
    expect(told).toBe(0);
    writeFileSync(path('a'), 'three');
    await watch.look();
    expect(told).toBe(0);
    await watch.look();
    expect(told).toBe(1);
    await lookTwice();
    expect(told).toBe(1);
  });

  it('tells of a file that is removed, and that comes back', async () => {
    writeFileSync(path('a'), 'one');
    await watch.watch([path('a')]);
    unlinkSync(path('a'));
    await lookTwice();
    writeFileSync(path('a'), 'one');
    await lookTwice();
    expect(told).toBe(2);
  });

  it('tells of a swapped symlink on the way to a file', async () => {
    for (const name of ['1', '2']) writeFileSync(path(name), name);
    symlinkSync(path('1'), path('link'));
    await watch.watch([path('link')]);
    symlinkSync(path('2'), path('new'));
    renameSync(path('new'), path('link'));
    await lookTwice();
    expect(told).toBe(1);
  });

  it('misses no change that comes while the list of files is replaced', async () => {
    writeFileSync(path('a'), 'one');
    await watch.watch([path('a')]);
    writeFileSync(path('a'), 'three');
    await watch.watch([path('a'), path('b')]);
    await lookTwice();
    expect(told).toBe(1);
  });
});
