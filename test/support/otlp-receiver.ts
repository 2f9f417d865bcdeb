import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP tells it, with attributes that are easy to compare. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'OTHER';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly SpanName[];
  readonly isError: boolean;
}

type SpanName = Pick<ReceivedSpan, 'traceId' | 'spanId'>;

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What the receiver does with a request: answers 200, answers 400, does not answer, or ends the connection. */
type Manner = 'accept' | 'refuse' | 'hang' | 'reset';

const KINDS: Readonly<Record<number, ReceivedSpan['kind']>> = { 1: 'INTERNAL', 2: 'SERVER', 3: 'CLIENT' };

/** A receiver of OTLP over HTTP on loopback, which remembers all that it was sent. */
export class OtlpReceiver {
  readonly requests: ReceivedRequest[] = [];
  manner: Manner = 'accept';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#answer(request, response, Buffer.concat(chunks));
      });
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans of all requests whose body is JSON. */
  get spans(): ReceivedSpan[] {
    return this.requests.flatMap(({ body }) => spansIn(JSON.parse(body.toString()) as SentTraces));
  }

  /** What the process that sent the spans says of itself. */
  get resource(): Readonly<Record<string, unknown>> {
    const [first] = this.requests;
    const { resourceSpans } = JSON.parse(first?.body.toString() ?? '{}') as SentTraces;
    return attributesOf(resourceSpans[0]?.resource.attributes ?? []);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse, body: Buffer): void {
    this.requests.push({ path: url, headers, body });
    if (this.manner === 'reset') response.destroy();
    if (this.manner === 'reset' || this.manner === 'hang') return;
    response.writeHead(this.manner === 'accept' ? 200 : 400, {
      'content-type': headers['content-type'] ?? '',
    });
    response.end(headers['content-type'] === 'application/json' ? '{}' : '');
  }
}

interface SentAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface SentSpan extends Omit<ReceivedSpan, 'kind' | 'attributes' | 'links' | 'isError'> {
  readonly kind: number;
  readonly attributes: readonly SentAttribute[];
  readonly links?: readonly SpanName[];
  readonly status: { readonly code?: number };
}

interface SentTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

function spansIn({ resourceSpans }: SentTraces): ReceivedSpan[] {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return spans.map(({ traceId, spanId, parentSpanId, name, kind, attributes, links = [], status }) => ({
    ...{ traceId, spanId, name },
    parentSpanId: (parentSpanId as string | undefined) ?? null,
    kind: KINDS[kind] ?? 'OTHER',
    attributes: attributesOf(attributes),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
    isError: status.code === 2,
  }));
}

function attributesOf(attributes: readonly SentAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
