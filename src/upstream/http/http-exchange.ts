import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Readable } from 'node:stream';
import type { HttpService } from '@nestjs/axios';
import type { AxiosResponse } from 'axios';
import { firstValueFrom } from 'rxjs';
import type { BodyReads } from './body-reads.js';
import type { Egress } from '@/model/egress.js';
import type { KnownRecords } from '@/model/provider.js';
import { inCallSpan } from './call-span.js';
import { ConnectionWatch } from './connection-watch.js';
import { withDeadline } from './deadline.js';
import { EgressConnections, type Departure } from './egress-connections.js';
import { exchangeFailure } from './network-failure.js';

/** Header names in lower case. */
export type CallHeaders = Readonly<Record<string, string>>;

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: CallHeaders;
  readonly body?: string;
  /** From connecting to the last byte of the answer. */
  readonly timeoutMs: number;
  /** How often the same call was sent before; absent: never. */
  readonly resends?: number;
  /** Records that the answer may hold again. */
  readonly known?: KnownRecords | undefined;
}

/** An answer of any status, read whole. */
export interface HttpAnswer {
  readonly status: number;
  /** The JSON value of the body; undefined where it holds none. */
  readonly body: unknown;
  /** True where the server asked for a certificate of ours when the connection was made. */
  readonly demandsCertificate: boolean;
  /** The value of a header, named in lower case; null when it is absent. */
  readonly header: (name: string) => string | null;
}

/** IAM tokens come in a header of up to 32 kB, beyond Node's 16 KiB for all headers (IAM API reference). */
const LARGEST_HEADERS_BYTES = 128 * 1024;

/** What a call is followed by, and ends with. */
type Following = Pick<Departure, 'watch' | 'signal'>;

/** Sends calls over kept-alive connections of its own: no redirects, proxies as its Egress says, bounded in time and size. */
export class HttpExchange {
  readonly #connections: EgressConnections;

  constructor(
    private readonly http: HttpService,
    { egress, sockets }: { readonly egress: Egress; readonly sockets: number },
    private readonly bodies: BodyReads,
  ) {
    this.#connections = new EgressConnections(egress, sockets);
  }

  /** The answer, whatever its status. Throws UpstreamError when there is none, or the signal is aborted. */
  send(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    return inCallSpan(call, (trace) =>
      this.#send({ ...call, headers: { ...call.headers, ...trace } }, signal),
    );
  }

  /** Closes idle connections at once, and each of the others when its call has ended. */
  drain(): void {
    this.#connections.drain();
  }

  /** Closes every connection, those in use too. */
  close(): void {
    this.#connections.close();
  }

  #send(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    return withDeadline(signal, call.timeoutMs, async (bounded) => {
      const watch = new ConnectionWatch();
      let httpStatus: number | null = null;
      try {
        const answer = await this.#request(call, { watch, signal: bounded });
        httpStatus = answer.status;
        return await this.#read(answer, { watch, known: call.known }, bounded);
      } catch (error) {
        throw exchangeFailure(error, { watch, httpStatus, isAborted: bounded.aborted });
      }
    });
  }

  #request(call: HttpCall, following: Following): Promise<AxiosResponse<Readable>> {
    const url = new URL(call.url);
    const request = this.http.request<Readable>({
      method: call.method,
      url: call.url,
      // The host is told here, because Node would take that of a proxy.
      headers: { accept: 'application/json', 'user-agent': 'tributary', host: url.host, ...call.headers },
      data: call.body,
      signal: following.signal,
      transport: this.#transport({ url, ...following }),
      proxy: false,
      maxRedirects: 0,
      responseType: 'stream',
      validateStatus: () => true,
    });
    return firstValueFrom(request);
  }

  /** Node's own client with room for long headers; as axios's transport it follows no redirects. */
  #transport(departure: Departure): object {
    return {
      request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest =>
        this.#connections.send({ ...options, maxHeaderSize: LARGEST_HEADERS_BYTES }, departure, onAnswer),
    };
  }

  async #read(
    answer: AxiosResponse<Readable>,
    { watch, known }: { readonly watch: ConnectionWatch; readonly known: KnownRecords | undefined },
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const headers: Record<string, unknown> = answer.headers;
    return {
      status: answer.status,
      body: await this.bodies.read(answer.data, signal, known),
      demandsCertificate: watch.demandsCertificate,
      header: (name) => {
        const value = headers[name];
        return typeof value === 'string' ? value : null;
      },
    };
  }
}
