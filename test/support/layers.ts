import { pureLintRules } from './purity.js'

/**
 * The layer table (docs/ARCHITECTURE.md): what each directory of src/ may import. test/tidy.test.ts enforces it on resolved
 * paths; .oxlintrc.json repeats it, so that editors show it, and the same test compares the two.
 */
export const layerNames = [
  'core',
  'model',
  'spec',
  'planner',
  'executor',
  'providers',
  'hosts',
  'sync',
  'sandbox',
  'report',
  'app',
  'library',
  'fleet',
  'cli',
] as const
export type LayerName = (typeof layerNames)[number]

export interface LayerRule {
  /** Layers that it may import anything from; itself always. */
  readonly values: readonly LayerName[]
  /** Layers that it may import types from, and nothing that runs. */
  readonly types: readonly LayerName[]
  /** Node's own modules that it may import. */
  readonly node: 'all' | readonly string[]
  /** npm packages that it may import. */
  readonly packages: readonly string[]
  /** Whether it takes its input as arguments alone: no clock, randomness, environment, network, timers or waiting. */
  readonly pure?: true
  /** So many modules at least must be seen: a checker that sees nothing has checked nothing. */
  readonly modulesMin: number
}

export const layers: Readonly<Record<LayerName, LayerRule>> = {
  core: {
    values: [],
    types: [],
    node: ['node:async_hooks', 'node:crypto'],
    packages: ['ipaddr.js', 'tinyqueue'],
    modulesMin: 6,
  },
  model: { values: ['core'], types: [], node: [], packages: [], pure: true, modulesMin: 20 },
  spec: {
    values: ['core', 'model'],
    types: [],
    node: [],
    packages: ['ajv', 'js-yaml', 'yaml'],
    pure: true,
    modulesMin: 25,
  },
  planner: {
    values: ['core', 'model'],
    types: [],
    node: [],
    packages: ['deep-diff', 'tinyqueue'],
    pure: true,
    modulesMin: 35,
  },
  executor: {
    values: ['core', 'model', 'planner'],
    types: [],
    node: 'all',
    packages: ['p-limit', 'tinyqueue'],
    modulesMin: 30,
  },
  providers: {
    values: ['core', 'model'],
    types: ['executor'],
    node: 'all',
    packages: [
      '@aws-sdk/client-auto-scaling',
      '@aws-sdk/client-ec2',
      '@aws-sdk/client-ec2-instance-connect',
      '@aws-sdk/client-elastic-load-balancing-v2',
      '@aws-sdk/client-ssm',
      '@aws-sdk/core',
      '@aws-sdk/credential-provider-node',
      'p-limit',
    ],
    modulesMin: 25,
  },
  hosts: { values: ['core', 'model'], types: ['executor'], node: 'all', packages: ['p-limit', 'ssh2'], modulesMin: 18 },
  sync: { values: ['core', 'model'], types: ['executor'], node: 'all', packages: [], modulesMin: 6 },
  sandbox: { values: ['core'], types: [], node: 'all', packages: ['ipaddr.js', 'p-limit', 'yaml'], modulesMin: 100 },
  report: {
    values: ['core', 'model'],
    types: ['executor'],
    node: [],
    packages: [
      '@hpcc-js/wasm-graphviz',
      'cli-truncate',
      'diff',
      'fast-xml-builder',
      'log-update',
      'picocolors',
      'sarif',
    ],
    modulesMin: 13,
  },
  app: {
    values: ['core', 'model', 'spec', 'planner', 'executor', 'providers', 'hosts', 'sync', 'sandbox'],
    types: [],
    node: 'all',
    packages: ['@marcbachmann/cel-js', 'yaml'],
    modulesMin: 14,
  },
  library: {
    values: ['core', 'model', 'sandbox', 'report', 'app'],
    types: ['executor'],
    node: [],
    packages: ['p-limit'],
    modulesMin: 3,
  },
  fleet: {
    values: ['core', 'model', 'spec', 'report', 'app', 'library'],
    types: ['executor'],
    node: 'all',
    packages: ['@hono/node-server', 'bullmq', 'hono', 'ioredis', 'p-limit', 'picocolors', 'rate-limiter-flexible'],
    modulesMin: 16,
  },
  cli: {
    values: [
      'core',
      'model',
      'spec',
      'planner',
      'executor',
      'providers',
      'hosts',
      'sync',
      'sandbox',
      'report',
      'app',
      'library',
      'fleet',
    ],
    types: [],
    node: 'all',
    packages: ['commander', 'p-limit', 'picocolors'],
    modulesMin: 18,
  },
}

/** Directories inside a layer that bear another layer's name; the lint rule, which sees text alone, leaves them to the test. */
export const innerNamesakes: Readonly<Partial<Record<LayerName, readonly LayerName[]>>> = {
  sandbox: ['hosts', 'model'],
  cli: ['fleet'],
}

/** Parts of core that read the clock, make random numbers or hold bytes; a pure layer may know their types alone. */
export const impureCore = [
  'clock',
  'code-prompt',
  'gate',
  'line-reader',
  'openssh-key',
  'pause',
  'ssh-public-key',
  'wait-sink',
  'work-scope',
] as const

const packages = [...new Set(Object.values(layers).flatMap((rule) => rule.packages))].sort()

/** What .oxlintrc.json must say for a layer: the same table, as patterns over import specifiers. */
export function lintOverride(layer: LayerName) {
  const rule = layers[layer]
  const namesakes = innerNamesakes[layer] ?? []
  const others = layerNames.filter((name) => name !== layer && !rule.values.includes(name) && !namesakes.includes(name))
  const banned = others.filter((name) => !rule.types.includes(name))
  const typesOnly = others.filter((name) => rule.types.includes(name))
  const patterns: { regex?: string; group?: string[]; message: string; allowTypeImports?: true }[] = []
  if (banned.length > 0) {
    patterns.push({ regex: `^(\\.\\./)+(${banned.join('|')})/`, message: `${layer} may not import this layer` })
  }
  if (typesOnly.length > 0) {
    patterns.push({
      regex: `^(\\.\\./)+(${typesOnly.join('|')})/`,
      message: `${layer} may import types alone from this layer`,
      allowTypeImports: true,
    })
  }
  const foreign = packages.filter((name) => !rule.packages.includes(name))
  patterns.push({
    group: foreign.flatMap((name) => [name, `${name}/**`]),
    message: `${layer} may not import this package`,
  })
  if (rule.node !== 'all') {
    patterns.push({
      group: ['node:*', 'node:*/**', ...rule.node.map((name) => `!${name}`)],
      message: `${layer} may not import this part of Node`,
    })
  }
  if (rule.pure) {
    patterns.push({
      regex: `^(\\.\\./)+core/(${impureCore.join('|')})\\.js$`,
      message: `${layer} may import types alone from this part of core`,
      allowTypeImports: true,
    })
  }
  return { files: [`src/${layer}/**`], rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

/** What else it must say of the pure layers. */
export const pureOverride = {
  files: layerNames.filter((layer) => layers[layer].pure).map((layer) => `src/${layer}/**`),
  rules: pureLintRules,
}

/** Stands before those of the layers, which take its place: in a folder that the table does not know nothing may be imported. */
export const unknownFolderOverride = {
  files: ['src/*/**'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: '', message: 'this folder of src is not in the table of layers' }] },
    ],
  },
}
