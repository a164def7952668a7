import { expect, it } from 'vitest'
import { applyQuestion } from '../../src/cli/commands/fleet/saved-plans.js'
import type { Change } from '../../src/model/change.js'

const planOf = (kind: Change['kind'], impact: Change['impact']) => ({
  changes: [{ kind, impact } as Change],
  steps: [],
})

it.each([
  [2, [planOf('create', 'none'), planOf('remove', 'data-loss')], 0, '1 to create, 1 to remove (1 with DATA LOSS)?'],
  [2, [planOf('create', 'none')], 1, '1 to create, and what is pending of 1 stack without a saved plan?'],
  [1, [], 1, 'what is pending of 1 stack without a saved plan?'],
  [1, [], 0, 'nothing that can be?'],
])('what somebody says yes to says how much of %i stacks loses bytes', (stacks, plans, unseen, end) => {
  expect(applyQuestion(stacks, plans, unseen)).toMatch(new RegExp(`^Apply to ${stacks} stacks?: `))
  expect(applyQuestion(stacks, plans, unseen).endsWith(`: ${end}`)).toBe(true)
})
