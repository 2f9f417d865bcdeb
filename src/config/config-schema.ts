import type { ProviderSettings } from '@/model/source.js';
import { rootKeys } from './root-keys.js';
import { sectionSchema } from './section.js';

/**
 * The JSON Schema (draft 2020-12) of the configuration file, for editors. It is made from the key tables of the check.
 * It cannot express everything: upper bounds of durations, unique ids, and the rules in `checkRules`.
 */
export function configSchema(providers: readonly ProviderSettings[]): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Tributary configuration',
    description: 'The YAML file that `--config` or `TRIBUTARY_CONFIG` names.',
    ...sectionSchema(rootKeys(providers)),
    $defs: {
      substituted: {
        description:
          'Replaced when the file is read: ${NAME} by an environment variable, ${NAME:-TEXT} by the variable or its default, ${file:PATH} by the content of a file.',
        type: 'string',
        pattern: '(^|[^$])(\\$\\$)*\\$\\{[^{}]+\\}',
      },
    },
  };
}
