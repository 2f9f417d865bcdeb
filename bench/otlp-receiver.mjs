import { createServer } from 'node:http';
import { serveParent } from './harness/server-process.mjs';

/** Takes traces by OTLP over HTTP, and counts what it was sent. */
await serveParent(async () => {
  const sent = { requests: 0, bytes: 0 };
  const server = createServer((request, response) => {
    sent.requests += 1;
    request.on('data', (chunk) => (sent.bytes += chunk.length));
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: { url: `http://127.0.0.1:${server.address().port}` }, calls: { sent: () => sent } };
});
