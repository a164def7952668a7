import type { CheckResult } from '../../model/checks/check-result.js'
import type { Colors } from '../colors.js'
import { legible } from '../legible.js'

/** What a policy forbids, then what it warns of: each with the rule's own words. */
export function checkLines(checks: readonly CheckResult[], colors: Colors): readonly string[] {
  return inOrderOfHarm(checks).map(({ rule, severity, address, message }) => {
    const mark = severity === 'deny' ? colors.red('Forbidden:') : colors.yellow('Warning:')
    return `${mark} ${address === null ? '' : `${colors.bold(address)}: `}${legible(message)} ${colors.dim(`[${rule}]`)}`
  })
}

/** Denials first, else as they were. */
export function inOrderOfHarm(checks: readonly CheckResult[]): readonly CheckResult[] {
  return [
    ...checks.filter(({ severity }) => severity === 'deny'),
    ...checks.filter(({ severity }) => severity === 'warn'),
  ]
}
