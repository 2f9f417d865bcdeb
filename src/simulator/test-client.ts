import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** What came back; `json` is undefined where the body is no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Node takes 16 KiB of headers by default; a token in X-Subject-Token alone may have 32 KiB. */
const LARGEST_HEADERS_BYTES = 64 * 1024;

const agent = new Agent({ keepAlive: false });

/** Sends exactly these headers (fetch would add its own). Rejects when no whole answer comes. */
export async function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers, body } = question;
  const {
    status,
    headers: answered,
    text,
  } = await new Promise<Omit<Answer, 'json'>>((resolve, reject) => {
    const options = { method, agent, maxHeaderSize: LARGEST_HEADERS_BYTES, ...(headers && { headers }) };
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  return { status, headers: answered, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
