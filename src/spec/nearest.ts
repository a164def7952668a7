/** Candidates looked at: a file of thousands of names with thousands of mistakes must not take minutes. */
const candidatesMax = 500

/** A comparison takes time by the product of two lengths; no name that somebody wrote by hand is longer. */
const wordCharactersMax = 200

/**
 * The candidate that a misspelt word most likely stood for, or undefined when none is near: at most a third of it differs.
 * Of many candidates, the first ones are looked at.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > wordCharactersMax) return undefined
  let best: string | undefined
  const limit = Math.max(1, Math.floor(word.length / 3))
  let bestDistance = limit + 1
  const lower = word.toLowerCase()
  let looked = 0
  for (const candidate of candidates) {
    looked += 1
    if (looked > candidatesMax) break
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = editDistance(lower, candidate.toLowerCase())
    if (distance < bestDistance && distance < word.length) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** "did you mean `fstype`?", or undefined. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(word, candidates)
  return candidate === undefined ? undefined : `did you mean \`${candidate}\`?`
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1]
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
        cost = Math.min(cost, at(beforePrevious, column - 2) + 1)
      }
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, right.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}
