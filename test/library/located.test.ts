import { describe, expect, it } from 'vitest'
import { located } from '../../src/library/located.js'
import { PlanError } from '../../src/core/errors.js'
import type { Locate } from '../../src/model/file-location.js'

const locate: Locate = (address) =>
  address === 'server.web' ? { file: 'stack.yaml', line: 4, column: 3, frame: '' } : undefined

describe('an error of planning', () => {
  it('says where the file speaks of what it is about', () => {
    const circle = new PlanError('PLAN_CYCLE', 'a circle', ['server.web', 'volume.gone'], { hint: 'break it' })
    expect(located(circle, locate)).toMatchObject({
      code: 'PLAN_CYCLE',
      message: 'a circle',
      hint: 'break it',
      details: ['stack.yaml:4:3 server.web'],
    })
  })

  it('stays as it is where that was told already, and where the file says nothing', () => {
    const stale = new PlanError('PLAN_STALE', 'moved', ['server.web'], { details: ['server.web: is gone'] })
    const unknown = new PlanError('PLAN_CYCLE', 'a circle', ['volume.gone', 'my-ip'])
    for (const error of [stale, unknown, new Error('other')]) expect(located(error, locate)).toBe(error)
  })
})
