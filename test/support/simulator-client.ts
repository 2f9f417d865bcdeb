import { Agent, request, type IncomingHttpHeaders } from 'node:http';

/** What came back; `json` is undefined where the body is no JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
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
  const answer = await new Promise<Omit<Answer, 'json' | 'text'>>((resolve, reject) => {
    const options = { method, agent, maxHeaderSize: LARGEST_HEADERS_BYTES, ...(headers && { headers }) };
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, bytes });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  const text = answer.bytes.toString('utf8');
  return { ...answer, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
