import { addressOf } from '../../model/address.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import { inOrder, tagsOf } from './entries.js'
import type { SpecKind } from './spec-kind.js'

/** Groups in which servers are placed close together, or apart. */
export const placementGroup: SpecKind<'placementGroup'> = {
  word: 'placement group',
  entries: ({ placementGroups }) => placementGroups,
  pathOf: (name) => ['placementGroups', name],
  attributes: ['id'],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  check: checkPlacementGroups,
  specs: (context) =>
    inOrder(context.placementGroups).map(([name, { strategy, partitions, spreadLevel, tags }]) => ({
      address: addressOf('placementGroup', name),
      strategy: strategy ?? 'cluster',
      partitions,
      spreadLevel,
      tags: tagsOf(context, tags),
    })),
}

/** Each of these is of one strategy alone (EC2 API, CreatePlacementGroup). */
const strategyOf = { partitions: 'partition', spreadLevel: 'spread' } as const

function checkPlacementGroups(context: Context): void {
  for (const [name, entry] of context.placementGroups) {
    if (!entry) continue
    for (const key of ['partitions', 'spreadLevel'] as const) {
      if (entry[key] === undefined || entry.strategy === strategyOf[key]) continue
      const message = `\`${key}\` stands beside \`strategy: ${strategyOf[key]}\` alone`
      const hint = 'leave one of them out'
      const report = reportAt(context, ['placementGroups', name, key], 'key')
      report({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
    }
  }
}
