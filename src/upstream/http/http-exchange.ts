import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { Readable } from 'node:stream';
import type { HttpService } from '@nestjs/axios';
import type { AxiosResponse } from 'axios';
import { firstValueFrom } from 'rxjs';
import type { BodyReads } from './body-reads.js';
import type { KnownRecords } from '@/model/provider.js';
import { ConnectionWatch } from './connection-watch.js';
import { withDeadline } from './deadline.js';
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
/** Shorter than the keep-alive of common servers, so that no call meets a connection that is being closed. */
const IDLE_SOCKET_MS = 4_000;

/** Sends calls over kept-alive connections of its own: no redirects, no proxies, bounded in time and size. */
export class HttpExchange {
  readonly #agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };

  constructor(
    private readonly http: HttpService,
    sockets: number,
    private readonly bodies: BodyReads,
  ) {
    const options = {
      keepAlive: true,
      maxSockets: sockets,
      maxFreeSockets: sockets,
      timeout: IDLE_SOCKET_MS,
    };
    this.#agents = { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options) };
  }

  /** The answer, whatever its status. Throws UpstreamError when there is none, or the signal is aborted. */
  send(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    return withDeadline(signal, call.timeoutMs, async (bounded) => {
      const watch = new ConnectionWatch();
      let httpStatus: number | null = null;
      try {
        const answer = await this.#request(call, watch, bounded);
        httpStatus = answer.status;
        return await this.#read(answer, { watch, known: call.known }, bounded);
      } catch (error) {
        throw exchangeFailure(error, { watch, httpStatus, isAborted: bounded.aborted });
      }
    });
  }

  /** Closes every connection, those in use too. */
  close(): void {
    this.#agents.httpAgent.destroy();
    this.#agents.httpsAgent.destroy();
  }

  #request(call: HttpCall, watch: ConnectionWatch, signal: AbortSignal): Promise<AxiosResponse<Readable>> {
    const request = this.http.request<Readable>({
      method: call.method,
      url: call.url,
      headers: { accept: 'application/json', 'user-agent': 'tributary', ...call.headers },
      data: call.body,
      signal,
      ...this.#agents,
      transport: transportOf(watch),
      proxy: false,
      maxRedirects: 0,
      responseType: 'stream',
      validateStatus: () => true,
    });
    return firstValueFrom(request);
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

/** Node's own client with room for long headers; as axios's transport it follows no redirects. */
function transportOf(watch: ConnectionWatch): object {
  return {
    request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
      const send = options.protocol === 'https:' ? requestHttps : requestHttp;
      const request = send({ ...options, maxHeaderSize: LARGEST_HEADERS_BYTES }, onAnswer);
      watch.follow(request);
      return request;
    },
  };
}
