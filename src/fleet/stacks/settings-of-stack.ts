import { spreadSchedule } from '../file/drift-schedule.js'
import type { SettingRule, StackSettings } from '../types.js'
import { matchesPattern } from './pattern.js'

/** What holds for a stack: of two rules that match the later one has the last word, member by member; variables add up. */
export function settingsOfStack(rules: readonly SettingRule[], id: string): StackSettings {
  let settings: StackSettings = {
    target: undefined,
    variables: {},
    variableFiles: [],
    driftSchedule: undefined,
    apply: 'after-review',
    checks: undefined,
  }
  for (const rule of rules) {
    if (!matchesPattern(rule.match, id)) continue
    const { variables, variableFiles, ...others } = rule.settings
    settings = {
      ...settings,
      ...others,
      variables: { ...settings.variables, ...variables },
      variableFiles: [...settings.variableFiles, ...(variableFiles ?? [])],
    }
  }
  const { driftSchedule } = settings
  return { ...settings, driftSchedule: driftSchedule === undefined ? undefined : spreadSchedule(driftSchedule, id) }
}
