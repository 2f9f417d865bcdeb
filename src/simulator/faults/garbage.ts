import { telltale } from '../canaries.js';
import { htmlReply } from '../http/reply.js';
import type { FaultyExchange } from './exchange.js';

function badGatewayHtml({ send }: FaultyExchange): void {
  send(htmlReply(502, page('502 Bad Gateway')));
}

function html({ send }: FaultyExchange): void {
  send(htmlReply(200, page('Sign in')));
}

/** The answer's first half, as a complete HTTP message. */
function cutJson({ answer, send }: FaultyExchange): void {
  const reply = answer();
  send({ ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) });
}

/** The right answer, called something else. */
const declaredAs =
  (type: string) =>
  ({ answer, send }: FaultyExchange): void => {
    const reply = answer();
    send({ ...reply, headers: { ...reply.headers, 'content-type': type } });
  };

function xmlAsJson({ answer, send }: FaultyExchange): void {
  const body = `<?xml version="1.0"?><error><message>${telltale('not JSON')}</message></error>`;
  send({ ...answer(), body });
}

function page(title: string): string {
  return `<html><head><title>${title}</title></head><body><h1>${title}</h1>${telltale('nginx')}</body></html>`;
}

/** Answers that are no JSON, or say so. */
export const GARBAGE_FAULTS = {
  'bad-gateway-html': badGatewayHtml,
  html,
  'cut-json': cutJson,
  /** Right JSON under a wrong content-type. */
  'json-as-text': declaredAs('text/plain; charset=utf-8'),
  'json-as-html': declaredAs('text/html; charset=utf-8'),
  /** XML under the content-type of JSON. */
  'xml-as-json': xmlAsJson,
} as const;
