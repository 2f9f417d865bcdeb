import { hash } from 'node:crypto';

/** Readable at any width and in the colours that the reader's system prefers. */
const STYLE = `
:root { color-scheme: light dark; background: light-dark(#fff, #1c2022); color: light-dark(#1f2328, #e4e6e6); }
:root { font: 1rem/1.5 system-ui, sans-serif; }
body { box-sizing: border-box; max-width: 44rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
li { margin: 0.5rem 0; }
a { color: light-dark(#0a58a8, #7db8f5); }
code { font-family: ui-monospace, monospace; }
`;

/** The `Content-Security-Policy` of these pages: their own style, and no script. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface HtmlPage {
  readonly title: string;
  /** HTML. */
  readonly body: string;
  /** The way from the page to the root, such as `../`: links hold behind any path prefix. */
  readonly root: string;
}

/** A page for people to read. */
export function htmlPage({ title, body, root }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${root}favicon.svg" type="image/svg+xml">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}
