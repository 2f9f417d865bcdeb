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

/** Valid JSON in which every list is something else; it carries no token either. */
function wrongShape({ answer, send }: FaultyExchange): void {
  const { status, headers, body } = answer();
  const headersLeft = Object.entries(headers).filter(([name]) => name !== 'X-Subject-Token');
  const text = JSON.stringify(withoutLists(JSON.parse(body), 2));
  send({ status, headers: Object.fromEntries(headersLeft), body: text });
}

function withoutLists(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return { unexpected: telltale('not a list') };
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, withoutLists(field, depth - 1)]),
  );
}

function page(title: string): string {
  return `<html><head><title>${title}</title></head><body><h1>${title}</h1>${telltale('nginx')}</body></html>`;
}

/** Answers that are not what they should be. */
export const GARBAGE_FAULTS = {
  'bad-gateway-html': badGatewayHtml,
  html,
  'cut-json': cutJson,
  'wrong-shape': wrongShape,
} as const;
