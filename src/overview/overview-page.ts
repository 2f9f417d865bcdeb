/** The `Content-Security-Policy` of the page: its own script and style, and calls of this gateway; nothing else. */
export const OVERVIEW_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Assets {
  readonly script: string;
  readonly style: string;
  readonly licences: string;
}

/** The page before its script has run. All links are relative: they hold behind any path prefix. */
export function overviewPage({ script, style, licences }: Assets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Backups: Tributary</title>
<link rel="icon" href="favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="assets/${style}">
<script type="module" src="assets/${script}"></script>
</head>
<body>
<div id="page" class="page">
<header class="top"><h1>Backups</h1></header>
<main><p class="loading">Loading the state of the backups.</p></main>
</div>
<noscript><p class="loading">This page needs JavaScript. The same facts are at <a href="v1/protection">v1/protection</a>.</p></noscript>
<footer class="bottom">
<a href="docs">API</a>
<a href="problems">Kinds of problem</a>
<a href="assets/${licences}">Licences</a>
</footer>
</body>
</html>
`;
}
