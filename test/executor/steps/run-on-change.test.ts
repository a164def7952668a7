import { expect, it } from 'vitest'
import { runOnChange } from '../../../src/executor/steps/copies/run-on-change.js'
import type { Outcome } from '../../../src/executor/outcome.js'
import type { StepContext } from '../../../src/executor/steps/step-context.js'
import type { RunOnChange, StepId } from '../../../src/model/steps/step.js'
import { plainStep } from '../../support/steps.js'

const own = 'copy-files:sync.own' as StepId
const other = 'copy-files:sync.other' as StepId

/** Nothing can be asked of a port here: whoever goes on to the command fails. */
function contextOf(outcomes: Readonly<Record<string, Outcome['kind']>>): StepContext {
  return { outcomeOf: (id: StepId) => ({ kind: outcomes[id] }) } as unknown as StepContext
}

it('leaves its command alone when its own copy changed nothing, whatever another copy that it waits for did', async () => {
  const step = plainStep('run-on-change', 'sync.own', [own, other], { copy: own }) as RunOnChange
  const context = contextOf({ [own]: 'unchanged', [other]: 'done' })
  await expect(runOnChange(step, context)).resolves.toBe('unchanged')
})

it('runs its command when its copy changed something, and when none is to be made', async () => {
  const context = contextOf({ [own]: 'done' })
  for (const copy of [own, undefined]) {
    const step = plainStep('run-on-change', 'sync.own', [], { copy }) as RunOnChange
    await expect(runOnChange(step, context)).rejects.toThrow(TypeError)
  }
})
