import { createServer } from 'node:http';
import { serveParent } from './harness/server-process.mjs';

/** The least that can be done with `node:http`: one answer, always the same, made beforehand. */
await serveParent(async ({ status, headers, bodyBase64 }) => {
  const body = Buffer.from(bodyBase64, 'base64');
  const server = createServer((_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: { url: `http://127.0.0.1:${server.address().port}` }, calls: {} };
});
