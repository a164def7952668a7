import { placeOfKind } from '../../../../src/model/steps/step-kinds.js'
import type { StepKind } from '../../../../src/model/steps/step.js'
import { effects } from '../../plan-effects.js'
import type { Lived } from './live-a-life.js'

const kinds = Object.keys(effects).sort() as readonly StepKind[]

/** How many of the kinds of steps in EC2 these lives carried out, and which not; and which need hosts, that their worlds do not have. */
export function coverageOf(lived: readonly Pick<Lived, 'steps'>[]): {
  readonly missing: number
  readonly told: string
} {
  const inEc2 = kinds.filter((kind) => placeOfKind(kind) === 'ec2')
  const reached = inEc2.filter((kind) => lived.some(({ steps }) => steps.has(kind)))
  const missing = inEc2.filter((kind) => !reached.includes(kind))
  const told = `${reached.length} of ${inEc2.length} kinds of steps in EC2 carried out${missing.length === 0 ? '' : `, not ${missing.join(', ')}`}`
  return { missing: missing.length, told }
}

/** The kinds that act inside servers: test/integration and *.hosts.test.ts go through them. */
export const kindsInHosts = kinds.filter((kind) => placeOfKind(kind) === 'host')
