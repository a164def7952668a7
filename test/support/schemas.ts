import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import { expect } from 'vitest'

export type SchemaName =
  | 'plan'
  | 'drift'
  | 'show'
  | 'lock'
  | 'status'
  | 'wait'
  | 'output'
  | 'run-events'
  | 'stacks'
  | 'history'
  | 'stack-reports'
  | 'fleet-report'
  | 'fleet-status'
  | 'diff'
  | 'doctor'
  | 'version'
  | 'snapshots'
  | 'checkpoints'
  | 'images'
  | 'types'
  | 'zones'
  | 'regions'

/** Of what a command prints with `--json`, as the published schema has it. */
export function validatorOf(name: SchemaName): ValidateFunction {
  return new Ajv({ allErrors: true, allowUnionTypes: true }).compile(readSchema(name))
}

export function readSchema(name: SchemaName): object {
  const text = readFileSync(fileURLToPath(new URL(`../../schema/${name}.schema.json`, import.meta.url)), 'utf8')
  return JSON.parse(text) as object
}

/** Fails where a value is not as the published schema has it, or the schema takes a member that is not there. */
export function expectToFit(name: SchemaName, value: object): void {
  const validate = validatorOf(name)
  validate(value)
  expect(validate.errors).toBeNull()
  expect(validate({ ...value, unknown: true })).toBe(false)
}
