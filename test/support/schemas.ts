import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'

/** Of what a command prints with `--json`, as the published schema has it. */
export function validatorOf(
  name:
    | 'plan'
    | 'drift'
    | 'show'
    | 'lock'
    | 'status'
    | 'output'
    | 'run-events'
    | 'stacks'
    | 'history'
    | 'stack-reports'
    | 'diff',
): ValidateFunction {
  const text = readFileSync(fileURLToPath(new URL(`../../schema/${name}.schema.json`, import.meta.url)), 'utf8')
  return new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(text) as object)
}
