/** What the reference reads of an OpenAPI document. */
export interface ReferencedDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const WORDS = 'x-extensible-enum';

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  /** The words that are known today. */
  readonly [WORDS]?: readonly string[];
  readonly allOf?: readonly { readonly $ref: string }[];
}

interface Operation {
  readonly summary: string;
  /** Each way to authenticate, with the scopes that it needs; none where the operation is open. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description: string;
}

/** The schemas whose fields are listed, and what they are called there. */
const LISTED = { Task: 'a task', Resource: 'a resource', Feed: 'a feed' } as const;

/**
 * In Markdown: all operations of a document, the parameters in the path and the query of each, and the fields of what the
 * gateway tells of.
 */
export function httpReference(document: ReferencedDocument): string {
  const fields = Object.entries(LISTED).map(
    ([name, title]) => `## The fields of ${title}\n\n${fieldList(name, document)}\n`,
  );
  return [operationReference(document), ...fields].join('\n');
}

/** One line for each field that is described. */
function fieldList(name: string, { components: { schemas } }: ReferencedDocument): string {
  const lines = Object.entries(schemas[name]?.properties ?? {}).flatMap(([field, schema]) => {
    const referenced = schemas[schema.allOf?.[0]?.$ref.split('/').at(-1) ?? ''];
    const meaning = schema.description ?? referenced?.description;
    const words = schema[WORDS] ?? referenced?.[WORDS];
    return meaning === undefined ? [] : [`- \`${field}\`: ${meaning.replaceAll('\n', ' ')}${known(words)}`];
  });
  return lines.join('\n');
}

function known(words: readonly string[] = []): string {
  return words.length === 0 ? '' : ` Known today: ${words.map((word) => `\`${word}\``).join(', ')}.`;
}

function operationReference({ paths }: ReferencedDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      call: `${method.toUpperCase()} ${path}`,
      parameters: (operation.parameters ?? []).filter((parameter) => parameter.in !== 'header'),
    })),
  );
  const calls = operations.map(({ call, summary, security }) => [`\`${call}\``, summary, scopesOf(security)]);
  const sections = operations
    .filter(({ parameters }) => parameters.length > 0)
    .map(({ call, parameters }) => `## ${call}\n\n${parameterTable(parameters)}\n`);
  return [`## Calls\n\n${table(['call', 'answers', 'scope'], calls)}\n`, ...sections].join('\n');
}

function scopesOf(security: Operation['security'] = []): string {
  const scopes = new Set(security.flatMap((way) => Object.values(way).flat()));
  return [...scopes].map((scope) => `\`${scope}\``).join(', ') || 'none';
}

function parameterTable(parameters: readonly Parameter[]): string {
  const rows = parameters.map(({ name, description }) => [`\`${name}\``, description]);
  return table(['parameter', 'meaning'], rows);
}

/** A table whose columns stand below each other, as Prettier writes it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
