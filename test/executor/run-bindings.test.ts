import { describe, expect, it } from 'vitest'
import { createRunBindings } from '../../src/executor/run-bindings.js'
import { onceOf } from '../../src/executor/once.js'
import type { StepId } from '../../src/model/steps/step.js'
import type { Address } from '../../src/model/address.js'

const web = 'server.web' as Address

describe('bindings', () => {
  it('are what the plan saw, then what the run made', () => {
    const bindings = createRunBindings({
      [web]: { id: 'i-old', hostKey: 'ssh-ed25519 AAAA' },
      'i-old': { id: 'i-old' },
    })
    bindings.bind(web, { id: 'i-new' })
    bindings.amend(web, { publicIp: '198.51.100.7' })
    expect(bindings.get(web)).toEqual({ id: 'i-new', publicIp: '198.51.100.7' })
    expect(bindings.instance('i-old')?.id).toBe('i-old')
  })

  it('fill templates', () => {
    const bindings = createRunBindings({ [web]: { id: 'i-1', privateIp: '10.0.0.5' } })
    const template = { parts: ['boot=', { address: web, property: 'privateIp' as const }] }
    expect(bindings.render(template)).toBe('boot=10.0.0.5')
    // The address of a server without a public one, or of what was refused before it ever existed.
    expect(() => createRunBindings({}).render(template)).toThrow(
      expect.objectContaining({
        kind: 'plan',
        code: 'REFERENCE_UNKNOWN',
        message: 'the text names the privateIp of server.web, which has none',
      }) as Error,
    )
  })
})

describe('onceOf', () => {
  it('is the same for the same step of the same run, and fits into a ClientToken', () => {
    const once = onceOf('run-1', 'create-server:server.web' as StepId)
    expect(once).toBe(onceOf('run-1', 'create-server:server.web' as StepId))
    expect(once).toMatch(/^[\x21-\x7e]{1,64}$/)
    expect(once).not.toBe(onceOf('run-2', 'create-server:server.web' as StepId))
  })
})
