import type { Problem, Report } from './problem.js'

/**
 * Chosen: of each section twenty times what is told at most, so that the first mistakes in file order are among them. A list of
 * 600,000 mistakes would otherwise take a gigabyte.
 */
const keptMax = 2000

/** A place to report to that keeps the first problems of each section of the file, and counts the others. */
export function problemList(): {
  readonly problems: readonly Problem[]
  readonly untold: () => number
  readonly report: Report
} {
  const problems: Problem[] = []
  const counts = new Map<string | number | undefined, number>()
  let untold = 0
  return {
    problems,
    untold: () => untold,
    report: (problem) => {
      const section = problem.path[0]
      const count = (counts.get(section) ?? 0) + 1
      counts.set(section, count)
      if (count <= keptMax) problems.push(problem)
      else untold += 1
    },
  }
}
