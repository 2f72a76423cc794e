// The law of imports (docs/architecture.md): who may know whom. Everything that is not allowed here is an error.
const roots = '^src/(worker|api/server)[.]ts$';
const own = (folder) => `^src/${folder}/`;
const packages = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);

/** Below src, a folder may import itself and `allowed`; of npm, only `libraries` when that is given. */
function layer(folder, allowed, libraries) {
  const from = { path: own(folder), pathNot: roots };
  const rules = [
    {
      name: `${folder}-knows-only-its-own`,
      severity: 'error',
      from,
      to: { path: '^src/', pathNot: [own(folder), ...allowed] },
    },
  ];
  if (libraries === undefined) return rules;
  const known = {
    dependencyTypesNot: ['local', 'core'],
    path: 'node_modules',
    pathNot: packages(...libraries),
  };
  return [...rules, { name: `${folder}-uses-only-its-libraries`, severity: 'error', from, to: known }];
}

/** Imports of `to` which stay at run time: only its types may be known. */
function typesOnly(folder, to) {
  return {
    name: `${folder}-knows-only-types-of-${to.name}`,
    severity: 'error',
    from: { path: own(folder), pathNot: roots },
    to: { path: to.path, dependencyTypesNot: ['type-only'] },
  };
}

const ports = { name: 'ports', path: '^src/services/ports[.]ts$' };
const activities = { name: 'activities', path: own('activities') };
// Verbs get their transaction from the caller, so callers open one; tables and queries stay behind the verbs.
const databaseDoors = '^src/db/(client|database-error)[.]ts$';
const notHttp = '^src/contracts/(?!http/)';

const knownToCallers = ['domain', 'contracts', 'services', 'platform'].map(own);

module.exports = {
  forbidden: [
    ...layer('domain', [], ['temporal-polyfill']),
    ...layer('contracts', [own('domain')], ['zod', '@asteasolutions/zod-to-openapi']),
    ...layer('workflows', [own('domain'), notHttp, own('activities')], ['@temporalio/workflow']),
    typesOnly('workflows', activities),
    ...layer('activities', [...knownToCallers, databaseDoors], ['@temporalio/activity']),
    ...layer('services', [own('domain'), notHttp, own('db'), own('platform')]),
    ...layer('db', [own('domain'), own('platform')], ['drizzle-orm', 'pg']),
    ...layer('channels', [own('domain'), own('platform'), ports.path]),
    ...layer('generation', [own('domain'), own('platform'), ports.path]),
    ...['channels', 'generation', 'temporal'].map((folder) => typesOnly(folder, ports)),
    ...layer('temporal', [
      own('domain'),
      own('contracts'),
      own('platform'),
      ports.path,
      own('workflows'),
      '^src/config[.]ts$',
    ]),
    typesOnly('temporal', { name: 'workflows', path: '^src/workflows/(?!.*/messages[.]ts$)' }),
    typesOnly('temporal', { name: 'config', path: '^src/config[.]ts$' }),
    ...layer('api', [...knownToCallers, databaseDoors]),
    {
      name: 'routes-know-no-database',
      severity: 'error',
      from: { path: '^src/api/routes/' },
      to: { path: [own('db'), '(^|/)node_modules/(pg|drizzle-orm)/'] },
    },
    ...layer('platform', [own('domain'), ports.path]),
    typesOnly('platform', ports),
    {
      name: 'only-roots-read-config',
      comment: 'Everything else is given what it needs.',
      severity: 'error',
      from: { path: '^src/', pathNot: [roots, '^src/config[.]ts$'] },
      to: { path: '^src/config[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'config-knows-zod-only',
      severity: 'error',
      from: { path: '^src/config[.]ts$' },
      to: { pathNot: packages('zod') },
    },
    {
      name: 'workflows-are-free-of-node',
      severity: 'error',
      from: { path: ['^src/workflows/', '^src/domain/', notHttp] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-knows-the-roots',
      severity: 'error',
      from: { path: '^src/', pathNot: roots },
      to: { path: roots },
    },
    { name: 'no-cycles', severity: 'error', from: { path: '^(src|scripts)/' }, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      // The preload is named by its path: the SDK's bundler loads it.
      from: { orphan: true, path: '^src/', pathNot: [roots, '^src/workflows/preload[.]ts$'] },
      to: {},
    },
    { name: 'resolves', severity: 'error', from: { path: '^(src|scripts)/' }, to: { couldNotResolve: true } },
    {
      name: 'production-needs-no-development-package',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-needs-no-script',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(scripts|test|proof|bench)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    // Types count too: a type is knowledge.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|[.]followthrough)/' },
    cache: { folder: '.followthrough/dependency-cruiser', strategy: 'content' },
  },
};
