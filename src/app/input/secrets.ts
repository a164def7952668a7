import { SpecError, UsageError, type Diagnostic } from '../../core/errors.js'
import { createMask, type Mask } from '../../core/masking.js'
import type { Plan } from '../../model/plan.js'
import { secretsInSteps } from '../../model/steps/step-secrets.js'
import { environmentName } from '../../spec/variables/given.js'
import type { StackFile } from '../stack-file.js'

/** The values of a stack file's sensitive variables. They are in no specification and no plan. */
export interface Secrets {
  /** Those of these names that are known, or can be read from where the file says; asked for when they are needed. */
  lookUp(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** All that the plan's steps need, and what else is known. Throws a SpecError that names those without a value. */
  neededBy(plan: Pick<Plan, 'steps'>): Promise<ReadonlyMap<string, string>>
  /** The same for these variables. */
  needed(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Hides every value that is known by now. */
  mask(): Mask
}

/** `readParameters` gives the values of the parameters of Systems Manager that there are. */
export function createSecrets(
  { sensitive, path, locateVariable }: Pick<StackFile, 'sensitive' | 'path' | 'locateVariable'>,
  readParameters: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>,
): Secrets {
  const known = new Map(sensitive.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])))
  let mask = createMask(known.values())
  return { lookUp, neededBy: ({ steps }) => needed(secretsInSteps(steps)), needed, mask: () => mask }

  async function lookUp(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const missing = sensitive.filter(({ name }) => names.includes(name) && !known.has(name))
    const parameters = missing.flatMap(({ ssm }) => (ssm === undefined ? [] : ssm))
    const read = parameters.length === 0 ? new Map<string, string>() : await readParameters(parameters)
    for (const { name, ssm, mistakeIn } of missing) {
      if (ssm === undefined) continue
      const value = read.get(ssm)
      const mistake = value === undefined ? 'does not exist' : mistakeIn(value)
      if (value === undefined || mistake !== undefined) throw unreadable(name, ssm, mistake ?? '')
      known.set(name, value)
    }
    mask = createMask(known.values())
    return known
  }

  async function needed(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const values = await lookUp(names)
    const missing = names.filter((name) => !values.has(name))
    if (missing.length > 0) throw new SpecError(missing.map(withoutValue))
    return values
  }

  function withoutValue(name: string): Diagnostic {
    const place = locateVariable(name) ?? { file: path, line: 1, column: 1 }
    return {
      code: 'SPEC_VARIABLE_MISSING',
      message: `the value of the sensitive variable \`${name}\` is needed, and none was given`,
      ...place,
      hint: `give it as ${environmentName(name)}, in a --var-file, or with --var ${name}=@file`,
    }
  }
}

function unreadable(name: string, parameter: string, mistake: string): UsageError {
  return new UsageError(
    'SECRET_UNREADABLE',
    `the variable \`${name}\` takes its value from the parameter ${parameter} of Systems Manager, which ${mistake}`,
    { hint: `put it there as a SecureString, or give the value as ${environmentName(name)}` },
  )
}
