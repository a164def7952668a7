import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lives } from '../support/proof/lives/arbitrary-lives.js'
import { liveALife } from '../support/proof/lives/live-a-life.js'

/** A few of what `npm run lives` goes through. */
const sampled = fc.sample(lives, { seed: 1, numRuns: 3 })

it.concurrent.each(sampled.map((life, index) => ({ life, index })))(
  'whatever is done to a random stack, the next apply makes it whole: $index',
  { timeout: 60_000 },
  async ({ life }) => {
    expect((await liveALife(life)).wrong).toBeUndefined()
  },
)
