import { UsageError } from '../../core/errors.js'
import { cloudQuery } from '../../executor/observe/cloud-query.js'
import { observeCloud } from '../../executor/observe/observe-cloud.js'
import { liveSources } from '../../model/outputs/live-sources.js'
import {
  secretsOfOutput,
  shownOutput,
  sourcesOfOutput,
  type OutputSpec,
  type ShownOutput,
} from '../../model/outputs/stack-output.js'
import type { Source } from '../../model/template.js'
import { didYouMean } from '../../spec/nearest.js'
import type { Session } from '../session.js'

/** An output as it is now; `unknown` says why it has no value. */
export interface StackOutput extends ShownOutput {
  readonly unknown?: string
}

/**
 * The outputs of a stack by name, from what is live; sensitive ones without their values. Rejects when EC2 cannot be read; it is
 * not asked where no output needs it.
 */
export async function readOutputs(session: Session): Promise<readonly StackOutput[]> {
  const outputs = session.spec.outputs ?? []
  const lookUp = await liveLookUp(session, outputs)
  return outputs.map((output) => told(shownOutput(output, lookUp), lookUp))
}

/** One of them, with its value though it be sensitive. Rejects when the file has none of that name, or its value is not known. */
export async function readOutput(
  session: Session,
  name: string,
): Promise<StackOutput & Required<Pick<ShownOutput, 'value'>>> {
  const { spec, secrets, file } = session
  const outputs = spec.outputs ?? []
  const output = outputs.find((one) => one.name === name)
  if (!output) {
    const names = outputs.map((one) => one.name)
    throw new UsageError('OUTPUT_UNDECLARED', `${file.path} has no output \`${name}\``, {
      hint: didYouMean(name, names) ?? (names.length > 0 ? `it has ${names.join(', ')}` : 'it has no outputs at all'),
    })
  }
  const lookUp = await liveLookUp(session, [output])
  const values = await secrets.needed(secretsOfOutput(output))
  const { value, ...shown } = told(
    shownOutput(output, lookUp, (secret) => values.get(secret)),
    lookUp,
  )
  if (value !== undefined) return { ...shown, value }
  throw new UsageError('OUTPUT_UNKNOWN', `the output \`${name}\` is not known: ${shown.unknown ?? 'nothing says it'}`, {
    hint: '`evenkeel plan` says what is not as the file says',
  })
}

type LookUp = (source: Source) => string | undefined

async function liveLookUp({ spec, ports }: Session, outputs: readonly OutputSpec[]): Promise<LookUp> {
  if (outputs.every((output) => sourcesOfOutput(output).length === 0)) return () => undefined
  return liveSources(
    await observeCloud(spec, ports.cloud, { ...cloudQuery(spec), images: [], subnets: [], operatorIp: false }),
  )
}

function told(output: ShownOutput, lookUp: LookUp): StackOutput {
  if (!output.lacking) return output
  const reasons = output.lacking.map(({ address, property }) =>
    lookUp({ address, property: 'id' }) === undefined ? `${address} is not there` : `${address} has no ${property} now`,
  )
  const [first = '', ...others] = [...new Set(reasons)]
  return { ...output, unknown: others.length === 0 ? first : `${first}, and ${others.length} more` }
}
