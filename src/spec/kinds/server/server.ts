import { addressOf } from '../../../model/address.js'
import { required } from '../../../core/assert.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import { referenceProperties } from '../../../model/template.js'
import type { Context } from '../../context.js'
import { ignore, isUnreadable } from '../../problem.js'
import { dependenciesOf } from '../../references/dependencies.js'
import { templateOf } from '../../references/templates.js'
import { created } from '../../references/waits.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'
import { hasElasticIp } from '../elastic-ip.js'
import { inOrder, tagsOf } from '../entries.js'
import { ignoredOf } from '../ignore-changes.js'
import type { SpecKind } from '../spec-kind.js'
import { checkServers } from './check-servers.js'
import { findWay } from './find-way.js'
import { launchChoices } from './launch-choices.js'
import { rollingOf } from './rolling.js'
import { alternativesOf } from './server-alternatives.js'
import { optionsOf } from './server-options.js'

/** Instances: one of each entry, or as many as its `count` says. */
export const server: SpecKind<'server'> = {
  word: 'server',
  entries: ({ servers }) => servers,
  pathOf: (name) => ['servers', name],
  countOf: ({ servers }, name) => {
    const entry = servers.get(name)
    return !entry || isUnreadable(entry, 'count') ? 'unreadable' : entry.count
  },
  attributes: referenceProperties,
  lackOf: ({ servers }, name, attribute) =>
    attribute === 'elasticIp' && !hasElasticIp(servers.get(name))
      ? { message: `server.${name} has no elastic address`, hint: `write \`elasticIp: true\` under servers.${name}` }
      : undefined,
  isGenerated: false,
  isAwaited: true,
  templates: { userData: 'text', setup: 'list', 'rolling.health': 'text' },
  check: checkServers,
  specs: (context) => inOrder(context.servers).flatMap(([name, entry]) => serversOf(context, name, entry)),
  tellWaits: (context, waits) => {
    for (const [name, entry] of context.servers) {
      const ready = `server.${name}`
      const path = ['servers', name]
      waits.add(ready, { to: created(ready) })
      waits.addDependencies(created(ready), [...path, 'dependsOn'], entry?.dependsOn)
      if (entry?.via !== undefined) {
        const way = findWay(context, entry.via, ignore)
        if (way) waits.add(ready, { to: way.replace(/\[\d+\]$/, ''), path: [...path, 'via'] })
      }
      waits.addReferences(created(ready), [...path, 'userData'], entry?.userData)
      for (const [index, command] of (entry?.setup ?? []).entries()) {
        waits.addReferences(ready, [...path, 'setup', index], command)
      }
      waits.addReferences(ready, [...path, 'rolling', 'health'], entry?.rolling?.health)
    }
  },
}

function serversOf(context: Context, name: string, entry: ServerShape): readonly ServerSpec[] {
  const via = entry.via === undefined ? undefined : findWay(context, entry.via, ignore)
  const options = (index?: number) => {
    const asked = optionsOf(context, entry, index)
    return asked && { options: asked }
  }
  const spec: Omit<ServerSpec, 'address'> = {
    state: entry.state ?? 'running',
    rootVolume: {
      sizeGiB: entry.rootVolume?.size,
      type: entry.rootVolume?.type,
      onRemove: entry.rootVolume?.onRemove === 'snapshot' ? 'snapshot' : undefined,
      onReplace: entry.rootVolume?.onReplace === 'delete' ? 'delete' : undefined,
    },
    replace: entry.replace === 'terminate-first' ? 'terminate-first' : undefined,
    userData: entry.userData === undefined ? undefined : templateOf(context, entry.userData),
    onUserDataChange: entry.onUserDataChange ?? 'ignore',
    protect: entry.protect ?? false,
    dependsOn: dependenciesOf(context, entry.dependsOn),
    ...(via && { via }),
    ...(entry.rolling && { rolling: rollingOf(context, entry.rolling, entry.count) }),
    setup: (entry.setup ?? []).map((command) => templateOf(context, required(command, 'command'))),
    ...(entry.alternatives && { alternatives: alternativesOf(entry.alternatives) }),
    tags: tagsOf(context, entry.tags),
    ...(entry.instanceId !== undefined && { instanceId: entry.instanceId }),
    ...ignoredOf(entry),
    // Last: literal members after a spread are slow, and there are files of ten thousand servers.
    ...launchChoices(context, entry),
  }
  if (entry.count === undefined) return [{ address: addressOf('server', name), ...spec, ...options() }]
  const common = Array.isArray(entry.privateIp) ? undefined : { ...options() }
  return Array.from({ length: entry.count }, (_, index) => ({
    address: addressOf('server', name, index),
    ...spec,
    ...(common ?? options(index)),
  }))
}
