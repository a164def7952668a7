import { describe, expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { exampleLives, liveUnderPolicy } from '../support/policy-life.js'
import { simulationsOfFile } from '../support/simulation.js'

const start = simulationsOfFile()

/** Without the one whose program holds its volume, so that it has to be ended before it goes: database-replica.test.ts tries it. */
const lives = exampleLives.filter(({ name }) => name !== 'database-replica.yaml')

/** With hosts, calls come that none of them makes without: console output, detachments of what was mounted, archives. */
describe.skipIf(noHostsBecause !== undefined)('with real hosts, under the policy that iam-policy prints', () => {
  it.each(lives)('$name lives a whole life', { timeout: 600_000 }, async (life) => {
    const called = await liveUnderPolicy(await start({ hosts: 'linux' }), life, ({ status }) =>
      expect(status).toBe('converged'),
    )
    // What a scaling group launches is entered by nobody.
    if (life.texts.some((text) => /^servers:/m.test(text))) expect(called).toContain('GetConsoleOutput')
  })
})
