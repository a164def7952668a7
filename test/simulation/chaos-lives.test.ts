import { expect, it } from 'vitest'
import { chaosLife } from '../support/proof/lives/chaos-life.js'
import { liveALife } from '../support/proof/lives/live-a-life.js'

/** A few of what `npm run chaos-lives` goes through: two of each example. */
const seeds = Array.from({ length: 10 }, (_, index) => index + 1)

it.each(seeds.map((seed) => ({ seed, ...chaosLife(seed) })))(
  '$example lives through the strongest chaos, from apply to destroy: seed $seed',
  { timeout: 300_000 },
  async ({ life }) => {
    expect((await liveALife(life)).wrong).toBeUndefined()
  },
)
