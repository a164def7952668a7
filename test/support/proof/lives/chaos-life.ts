import { exampleNames, exampleText } from '../../example-stacks.js'
import { deaths, type Doom } from '../doomed-process.js'
import { seededRandom } from '../seeded-random.js'
import { hands, type Life } from './life.js'

/** Chosen: longer than a run waits for the index by itself, so that nothing but its tokens tells what was made. */
const longLagMs = 30_000

export interface ChaosLife {
  readonly example: string
  readonly life: Life
}

/** A life of the example whose turn this seed is, in the strongest profile: applied, moved by hand, healed, destroyed, and processes killed all along. */
export function chaosLife(seed: number): ChaosLife {
  const random = seededRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const one = <Item>(items: readonly Item[]) => items[below(items.length)] as Item
  // A plan alone takes some ten requests.
  const doom = (): Doom => ({ request: 5 + below(40), how: one(deaths) })
  const dooms = (most: number) => Array.from({ length: below(most + 1) }, doom)
  const example = exampleNames[seed % exampleNames.length] as string
  const text = exampleText(example)
  return {
    example,
    life: {
      chaos: 'harsh',
      seed,
      ...(below(3) === 0 && { indexLagMs: longLagMs }),
      turns: [
        { kind: 'edit', text, dooms: [doom(), ...dooms(2)] },
        { kind: 'hand', hand: one(hands), pick: below(6), dooms: dooms(2) },
        { kind: 'hand', hand: one(hands), pick: below(6), dooms: dooms(1) },
        { kind: 'destroy', dooms: dooms(2) },
      ],
    },
  }
}
