import { join, resolve } from 'node:path'

const prefix = 'EVENKEEL_ACTION_'

/** The inputs of action.yml, by way of the environment: nothing that somebody wrote is ever a part of a shell's text. */
export function readInputs(environment) {
  const input = (name) => (environment[`${prefix}${name}`] ?? '').trim()
  const planFile = input('PLAN_FILE')
  return {
    command: input('COMMAND'),
    stacks: linesOf(input('STACK')),
    varFiles: linesOf(input('VAR_FILE')),
    target: input('TARGET'),
    checks: input('CHECKS'),
    planFile:
      planFile === '' ? join(environment['RUNNER_TEMP'] ?? '', 'evenkeel-plan', 'plan.json') : resolve(planFile),
    version: input('VERSION'),
    token: input('GITHUB_TOKEN'),
    author: input('AUTHOR') || 'github-actions[bot]',
  }
}

/** Every mistake at once, in words. */
export function inputMistakes({ command, target, version, checks }) {
  const mistakes = []
  if (!['plan', 'apply', 'drift'].includes(command))
    mistakes.push(`command is ${quoted(command)}: plan, apply or drift`)
  if (!['', 'sandbox', 'ec2'].includes(target)) mistakes.push(`target is ${quoted(target)}: sandbox or ec2`)
  // npm would take an address or a path for a package, too.
  if (!/^[\w.+-]*$/.test(version)) mistakes.push(`version is ${quoted(version)}: a version such as 1.2.3`)
  if (command === 'drift' && checks !== '') mistakes.push('checks is for plan and apply')
  if (command === 'apply' && target !== '') mistakes.push('target is settled by the saved plan')
  return mistakes
}

/** The environment without what is this action's own: evenkeel never sees the token. */
export function environmentForEvenkeel(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith(prefix)))
}

function linesOf(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function quoted(text) {
  return text === '' ? 'missing' : JSON.stringify(text)
}
