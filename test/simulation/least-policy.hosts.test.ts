import { describe, expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { exampleLives, liveUnderPolicy } from '../support/policy-life.js'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()

/** With hosts, calls come that none of them makes without: console output, detachments of what was mounted, archives. */
describe.skipIf(noHostsBecause !== undefined)('with real hosts, under the policy that iam-policy prints', () => {
  it.each(exampleLives)('$name lives a whole life', { timeout: 600_000 }, async (life) => {
    const called = await liveUnderPolicy(await start({ hosts: 'linux' }), life, ({ status }) =>
      expect(status).toBe('converged'),
    )
    expect(called).toContain('GetConsoleOutput')
  })
})
