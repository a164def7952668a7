import { describe, expect, it } from 'vitest'
import { criticalPath } from '../../../src/report/documents/critical-path.js'
import type { RunStepView } from '../../../src/report/documents/run-view.js'

describe('the critical path', () => {
  const ran = (id: string, startMs: number, endMs: number, needs?: readonly string[]): RunStepView => ({
    id,
    kind: 'k',
    address: id,
    startMs,
    endMs,
    outcome: 'done',
    retries: 0,
    needs,
  })
  const names = (
    steps: readonly RunStepView[],
    needsOf: (id: string) => readonly string[] | undefined = () => undefined,
  ) => criticalPath(steps, needsOf)?.map(({ step, idleMs }) => `${step.id}+${idleMs}`)

  it('goes back from the last end along the need that ended last', () => {
    const steps = [ran('a', 0, 5, []), ran('b', 0, 9, []), ran('c', 10, 20, ['a', 'b']), ran('d', 5, 8, ['a'])]
    expect(names(steps)).toEqual(['b+0', 'c+1'])
  })

  it('is known from a plan where the journal does not tell needs, and not where neither does', () => {
    const steps = [ran('a', 2, 5), ran('b', 5, 9)]
    expect(names(steps, (id) => (id === 'b' ? ['a'] : []))).toEqual(['a+2', 'b+0'])
    expect(names(steps)).toBeUndefined()
    expect(names([])).toBeUndefined()
  })

  it('leaves out what never ran, and ends where steps wait for each other', () => {
    const blocked = { ...ran('x', 0, 0, []), startMs: undefined }
    expect(names([blocked, ran('a', 0, 2, ['b', 'x']), ran('b', 0, 3, ['a'])])).toEqual(['a+0', 'b+0'])
  })
})
