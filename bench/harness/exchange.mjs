import { request } from 'node:http';

/** One GET, on a connection of its own or one of the agent's: the answer as it came, and how long it took to the last byte. */
export function ask(url, headers = {}, agent = undefined) {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const options =
      agent === undefined ? { headers: { connection: 'close', ...headers } } : { headers, agent };
    const call = request(url, options, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status, headers: fields, rawHeaders } = response;
        const tookMs = performance.now() - startedMs;
        resolve({ status, headers: fields, rawHeaders, body: Buffer.concat(chunks), tookMs });
      });
    });
    call.on('error', reject);
    call.end();
  });
}

/** Throws with what was expected, so that nothing is timed that is not right. */
export function expect(holds, what) {
  if (!holds) throw new Error(`Not measured, because this does not hold: ${what}`);
}
