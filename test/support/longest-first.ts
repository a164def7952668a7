import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take longest, the longest first: begun last, one of them would leave the other workers idle. Measured alone
 * on two cores; what is not named here takes less. A fresh clone knows nothing of earlier runs, by which vitest would go.
 */
const longest = [
  'test/simulation/proofs.test.ts',
  'test/simulation/load-balancers.test.ts',
  'test/simulation/chaos-lives.test.ts',
  'test/simulation/networks.test.ts',
  'test/integration/faults.test.ts',
  'test/integration/library-package.test.ts',
  'test/integration/web-tier.test.ts',
  'test/integration/sync-ends.test.ts',
  'test/simulation/killed.test.ts',
  'test/property/plan.test.ts',
  'test/tidy/pure-layers.test.ts',
  'test/simulation/races.test.ts',
  'test/simulation/faults.test.ts',
  'test/simulation/random-lives.test.ts',
  'test/simulation/elastic-ips.test.ts',
  'test/integration/examples.test.ts',
]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.indexOf(relative(this.ctx.config.root, moduleId))
      return rank < 0 ? longest.length : rank
    }
    const groupOf = ({ project }: TestSpecification) => project.config.sequence.groupOrder
    return sorted.toSorted((left, right) => groupOf(left) - groupOf(right) || rankOf(left) - rankOf(right))
  }
}
