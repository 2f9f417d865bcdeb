import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const PAGES = [
  'README.md',
  'bench/README.md',
  ...['docs', 'deploy', 'src'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

/** A page without its code, in which nothing is a link or a heading. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8')
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]]/g, ''));
}

/** The links of a page to files of this repository. */
function linksOf(page: string): string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.+)$/gm)) {
    const text = heading.replaceAll(/\]\([^)]*\)/g, '').toLowerCase();
    const anchor = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
    let number = 0;
    let name = anchor;
    while (anchors.has(name)) name = `${anchor}-${++number}`;
    anchors.add(name);
  }
  return anchors;
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).has(anchor));
}

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: object };

describe('the pages', () => {
  it('name only scripts of package.json', () => {
    const named = PAGES.flatMap((page) => [
      ...readFileSync(page, 'utf8').matchAll(/npm run (?:--?\w+ )*([\w:-]+)/g),
    ]);
    const names = new Set(named.map(([, name = '']) => name));
    expect([...names].filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it.each(PAGES)('%s has no link that leads nowhere', (page) => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });

  it.each(['docs', 'docs/decisions', 'docs/runbooks'].filter((folder) => existsSync(folder)))(
    'of %s are all in its table of contents',
    (folder) => {
      const contents = join(folder, 'README.md');
      const listed = new Set(
        linksOf(contents).map((link) => normalize(join(folder, link.split('#')[0] ?? ''))),
      );
      const pages = PAGES.filter((page) => dirname(page) === folder && page !== contents);
      const folders = PAGES.filter((page) => dirname(dirname(page)) === folder && page.endsWith('README.md'));
      expect([...pages, ...folders].filter((page) => !listed.has(page))).toEqual([]);
    },
  );
});
