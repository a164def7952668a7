import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { prepareHosts, tryHostPoint, type PreparedHosts } from '../support/proof/hosts/host-points.js'
import { buildDoomedRun } from '../support/proof/hosts/host-world.js'

/** A few of what `npm run crash-test -- --world hosts` goes through: what is done in a first apply, and a way to die at it. */
const sampled = [
  ['make a filesystem', 'late'],
  ['mount', 'before'],
  ['mount', 'middle'],
  ['copy', 'middle'],
  ['write /etc/fstab', 'after'],
] as const

describe.skipIf(noHostsBecause !== undefined)(
  `a run that is killed while a server works for it${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 300_000 },
  () => {
    let prepared: PreparedHosts | undefined
    beforeAll(async () => {
      buildDoomedRun()
      prepared = await prepareHosts('create')
    })
    afterAll(() => prepared?.remove())

    it.each(sampled)('is finished by the next: %s, %s', async (what, how) => {
      if (!prepared) throw new Error('the case is not prepared')
      const request = 1 + prepared.operations.findIndex((operation) => operation.what === what)
      expect(request).toBeGreaterThan(0)
      const { reached, held, problems } = await tryHostPoint(prepared, { caseName: 'create', request, how, seed: 1 })
      expect({ reached, problems }).toEqual({ reached: true, problems: [] })
      // Else nothing went on in the server beside the next run, and the point has proven nothing.
      expect(held.length > 0).toBe(how === 'middle' || how === 'late')
    })
  },
)
