import type { OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
type Parameter = NonNullable<NonNullable<PathItem['get']>['parameters']>[number];

const PARAMETER_PLACES = ['path', 'query', 'header'];

/**
 * The same content as people read it: the outline first, paths by tag, parameters by place, schemas by name.
 * Fields and examples stay as they were declared. Depends on nothing but the document.
 */
export function inReadingOrder(document: OpenAPIObject): OpenAPIObject {
  const { openapi, info, servers, security, tags = [], paths, components, ...rest } = document;
  const tagNames = tags.map(({ name }) => name);
  const byTag = Object.entries(paths).sort(ascending(([, item]) => tagNames.indexOf(tagOf(item))));
  return {
    openapi,
    info,
    servers,
    ...(security && { security }),
    tags,
    paths: Object.fromEntries(byTag.map(([path, item]) => [path, withOrderedParameters(item)])),
    components: { ...components, schemas: byName(components?.schemas ?? {}) },
    ...rest,
  };
}

function tagOf({ get }: PathItem): string {
  return get?.tags?.[0] ?? '';
}

function withOrderedParameters(item: PathItem): PathItem {
  if (item.get?.parameters === undefined) return item;
  const parameters = item.get.parameters.toSorted(ascending(placeOf));
  return { ...item, get: { ...item.get, parameters } };
}

function placeOf(parameter: Parameter): number {
  return 'in' in parameter ? PARAMETER_PLACES.indexOf(parameter.in) : PARAMETER_PLACES.length;
}

function byName<T>(named: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ascending<T>(rank: (value: T) => number): (a: T, b: T) => number {
  return (a, b) => rank(a) - rank(b);
}
