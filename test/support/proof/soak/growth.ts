/** What is held at a moment, by name: numbers that must not grow. */
export type Held = Readonly<Record<string, number>>

/** What was held in between so many cycles. */
export interface Soaked {
  readonly cycles: number
  readonly held: readonly Held[]
}

/** Whether nothing has grown, and what was held before and after, in words. */
export interface Growth {
  readonly isFlat: boolean
  readonly told: string
}

/**
 * The median of the last quarter against that of the second: caches fill in the first. `allowed` names what is looked at, and how much
 * it may have grown. Throws where there are too few samples for quarters, for that would say nothing.
 */
export function growthOf(samples: readonly Held[], allowed: Held): Growth {
  const quarter = Math.floor(samples.length / 4)
  if (quarter === 0) throw new Error(`${samples.length} samples are too few to see growth; at least 4 are needed`)
  const grown = Object.entries(allowed).map(([name, most]) => {
    const before = median(samples.slice(quarter, 2 * quarter), name)
    const after = median(samples.slice(-quarter), name)
    const isFlat = after - before <= most
    return { isFlat, told: `${name} ${before} -> ${after}${isFlat ? '' : ' GROWS'}` }
  })
  return { isFlat: grown.every(({ isFlat }) => isFlat), told: grown.map(({ told }) => told).join(', ') }
}

function median(samples: readonly Held[], name: string): number {
  const numbers = samples.map((held) => held[name] ?? Number.NaN).sort((left, right) => left - right)
  return numbers[Math.floor(numbers.length / 2)] ?? Number.NaN
}
