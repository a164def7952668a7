import { claimantText, type Claimant } from '../model/claimants.js'
import { legible } from './legible.js'

/** What stays and what leaves the stack, for people who are asked about it. */
export function resolutionText({
  address,
  keeps,
  frees,
}: {
  readonly address: string
  readonly keeps: Claimant
  readonly frees: readonly Claimant[]
}): string {
  const all = [keeps, ...frees]
  const lines = [
    address,
    `  stays            ${claimantText(keeps, all)}`,
    ...frees.map((claimant) => `  leaves the stack ${claimantText(claimant, all)}; it stays as it is`),
  ]
  return `${legible(lines.join('\n'))}\n`
}
