/** The `Content-Security-Policy` of the page: nothing from elsewhere. Swagger UI has its icons as `data:` URLs. */
export const SWAGGER_UI_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page of Swagger UI. `root` is the way from the page to the root: links hold behind any path prefix. */
export function swaggerUiPage(root: '' | '../'): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary</title>
<link rel="icon" href="${root}favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}docs/swagger-ui.css">
<link rel="stylesheet" href="${root}docs/tributary.css">
<script src="${root}docs/swagger-ui-bundle.js" defer></script>
<script src="${root}docs/start.js" defer></script>
</head>
<body>
<div id="swagger-ui" data-root="${root}"></div>
<noscript>Swagger UI needs JavaScript. The document itself is at <a href="${root}openapi.json">openapi.json</a>.</noscript>
</body>
</html>
`;
}
