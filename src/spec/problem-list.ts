import type { Problem, Report } from './problem.js'

/** Chosen: of each section twenty times what is told at most, so that the first mistakes in file order are among them. */
const keptMax = 2000

/** Chosen: a hundred times what is told. Each takes time to find, and half a million take as long as everything else. */
const foundMax = 10_000

/** Thrown by `report` when so many were found that nobody looks for others. */
const enough = new Error('enough mistakes were found')

export interface ProblemList {
  /** The first of each section. */
  readonly problems: readonly Problem[]
  /** How many more were found. */
  readonly untold: () => number
  readonly report: Report
  /** What `look` returns; undefined where it found so many problems that it was ended. */
  readonly within: <Result>(look: () => Result) => Result | undefined
}

/** A place to report to that keeps the first problems of each section of the file, and counts the others. */
export function problemList(): ProblemList {
  const problems: Problem[] = []
  const counts = new Map<string | number | undefined, number>()
  let found = 0
  return {
    problems,
    untold: () => found - problems.length,
    report: (problem) => {
      const section = problem.path[0]
      const count = (counts.get(section) ?? 0) + 1
      counts.set(section, count)
      found += 1
      if (count <= keptMax) problems.push(problem)
      if (found >= foundMax) throw enough
    },
    within: (look) => {
      try {
        return look()
      } catch (error) {
        if (error === enough) return undefined
        throw error
      }
    },
  }
}
