import { describe, expect, it } from 'vitest';
import type { OpenAPIObject } from '@nestjs/swagger';
import { inReadingOrder } from './reading-order.js';

const call = (tag: string): object => ({ get: { tags: [tag], responses: {} } });

function documentOf(parts: object): OpenAPIObject {
  return { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: {}, ...parts };
}

describe('the reading order of the document', () => {
  it('puts the outline before paths and components', () => {
    const { openapi, paths, info } = documentOf({});
    const document = inReadingOrder({ components: {}, paths, info, openapi });
    expect(Object.keys(document)).toEqual(['openapi', 'info', 'servers', 'tags', 'paths', 'components']);
  });

  it('groups paths by the order of the tags, and keeps the declared order within a tag', () => {
    const paths = { '/z': call('second'), '/b': call('first'), '/a': call('first') };
    const { paths: ordered } = inReadingOrder(
      documentOf({ tags: [{ name: 'first' }, { name: 'second' }], paths }),
    );
    expect(Object.keys(ordered)).toEqual(['/b', '/a', '/z']);
  });

  it('lists parameters of the path, then of the query, then headers, each as declared', () => {
    const parameters = [
      { in: 'header', name: 'h' },
      { in: 'query', name: 'z' },
      { in: 'query', name: 'a' },
      { in: 'path', name: 'p' },
    ];
    const document = documentOf({ paths: { '/': { get: { parameters, responses: {} } } } });
    expect(inReadingOrder(document).paths['/']?.get?.parameters).toEqual([
      { in: 'path', name: 'p' },
      { in: 'query', name: 'z' },
      { in: 'query', name: 'a' },
      { in: 'header', name: 'h' },
    ]);
  });

  it('sorts schemas by name and leaves their fields as declared', () => {
    const fields = { type: 'object', properties: { z: {}, a: {} } };
    const schemas = { Task: fields, Feed: {} };
    const { components } = inReadingOrder(documentOf({ components: { schemas } }));
    expect(JSON.stringify(components?.schemas)).toBe(JSON.stringify({ Feed: {}, Task: fields }));
  });
});
