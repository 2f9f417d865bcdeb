/** The borders of the house (docs/architecture.md), one rule a row. */
const within = (folder) => `^src/${folder}/`;
const mayImport = (folder, ...allowed) => ({
  name: `${folder}-borders`,
  comment: `src/${folder} may import ${allowed.join(', ') || 'nothing'} of the project`,
  severity: 'error',
  from: { path: within(folder) },
  to: { path: '^src/', pathNot: [folder, ...allowed].map((name) => `^src/${name}/`) },
});
const onlyAt = (library, ...homes) => ({
  name: `${library}-at-home`,
  comment: `${library} is used in ${homes.join(', ')} only`,
  severity: 'error',
  from: { path: '^src/', pathNot: homes.map((home) => `^src/${home}`) },
  to: { path: `node_modules/${library}/` },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'model-has-no-packages',
      severity: 'error',
      from: { path: within('model') },
      to: { path: 'node_modules/' },
    },
    mayImport('model'),
    mayImport('scheduling'),
    mayImport('view', 'model', 'scheduling'),
    mayImport('answers', 'model', 'platform/problem'),
    mayImport('tasks', 'model', 'view', 'answers', 'access/route', 'platform/problem'),
    mayImport('sources', 'model', 'answers', 'access/route', 'platform/problem'),
    mayImport('access', 'model', 'config', 'platform/problem'),
    mayImport('providers', 'model', 'upstream', 'scheduling'),
    mayImport('collection', 'model', 'snapshots', 'scheduling'),
    mayImport('snapshots', 'model', 'redis', 'scheduling'),
    mayImport('redis', 'model', 'scheduling'),
    mayImport('upstream', 'model', 'scheduling'),
    mayImport('config', 'model', 'redis'),
    mayImport('platform', 'model', 'config', 'access'),
    mayImport('simulator', 'model'),
    {
      name: 'provider-islands',
      comment: 'A provider folder imports no sibling.',
      severity: 'error',
      from: { path: '^src/providers/([^/]+)/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '^src/providers/$1/' },
    },
    {
      name: 'provider-insides',
      comment: "Outside a provider's folder only its settings and its module are seen.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/providers/[^/]+/' },
      to: { path: '^src/providers/[^/]+/', pathNot: '/settings\\.ts$|\\.module\\.ts$' },
    },
    {
      name: 'product-never-imports-simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/simulator/', '^src/demo\\.ts$'] },
      to: { path: within('simulator') },
    },
    onlyAt('axios', 'upstream/'),
    onlyAt('jose', 'access/'),
    onlyAt('temporal-polyfill', 'view/summary/'),
    onlyAt('rate-limiter-flexible', 'access/'),
    onlyAt('ioredis', 'redis/'),
    onlyAt('pino', 'platform/'),
    onlyAt('yaml', 'config/', 'platform/openapi/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.spec\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
