import { resolve } from 'node:path'
import type { Path, Report } from '../../spec/problem.js'
import { mistakeInPattern } from '../stacks/pattern.js'
import type { FleetLimit, FleetSpec, Notification, SettingRule, StackSettings, StackSource } from '../types.js'
import type { FleetShape, LimitShape, NotificationShape, OverrideShape, SourceShape } from './fleet-shape.generated.js'
import { mistakeInBranch, mistakeInUrl, nameFromUrl } from './git-source.js'
import { everySchedules, mistakeInSchedule } from './drift-schedule.js'

/** What stands at a path of this machine. */
export type FileKind = 'file' | 'directory' | 'absent'

interface Surroundings {
  /** Of the file itself, absolute. */
  readonly path: string
  readonly directory: string
  readonly kindOf: (path: string) => FileKind
}

/** What a file of the right shape says. Mistakes are reported; what they are in is left out. */
export function fleetOf(shape: FleetShape, { path, directory, kindOf }: Surroundings, report: Report): FleetSpec {
  const names = new Map<string, number>()
  return {
    name: shape.fleet ?? '',
    path,
    sources: (shape.stacks ?? []).flatMap((source, index) => sourceOf(source, index)),
    rules: [
      { match: '**', settings: settingsOf(shape.defaults ?? {}, ['defaults']) },
      ...(shape.overrides ?? []).flatMap((override, index) => ruleOf(override, index)),
    ],
    limits: limitsOf(shape.limits ?? []),
    notifications: (shape.notifications ?? []).flatMap((one, index) => notificationOf(one, index)),
  }

  function sourceOf(source: SourceShape | undefined, index: number): readonly StackSource[] {
    if (!source) return []
    const at: Path = ['stacks', index]
    const patterns = (source.files ?? []).flatMap((pattern) => pattern ?? [])
    patterns.forEach((pattern, place) => checkPattern(pattern.replace(/^!/, ''), [...at, 'files', place]))
    if (patterns.length > 0 && patterns.every((pattern) => pattern.startsWith('!'))) {
      tell([...at, 'files'], 'every pattern here takes away, and none names files', 'begin with one without !')
    }
    if (!('git' in source)) {
      for (const key of ['branch', 'name'] as const) {
        if (key in source)
          tellKey([...at, key], `\`${key}\` is said of a git repository alone`, 'name it: `git: https://…`')
      }
      return [{ kind: 'files', patterns }]
    }
    return gitSourceOf(source, at, patterns)
  }

  function gitSourceOf(source: SourceShape, at: Path, patterns: readonly string[]): readonly StackSource[] {
    const { git: url, branch } = source
    if (!('branch' in source)) tellKey([...at, 'git'], 'the branch of this repository is missing', 'add `branch: main`')
    const urlMistake = url === undefined ? undefined : mistakeInUrl(url)
    if (urlMistake) report({ code: 'FLEET_SOURCE', ...urlMistake, path: [...at, 'git'], at: 'value' })
    const branchMistake = branch === undefined ? undefined : mistakeInBranch(branch)
    if (branchMistake) report({ code: 'FLEET_SOURCE', ...branchMistake, path: [...at, 'branch'], at: 'value' })
    if (url === undefined || branch === undefined || urlMistake || branchMistake) return []
    const name = source.name ?? nameFromUrl(url)
    if (name === undefined) {
      if (!('name' in source)) tell([...at, 'git'], 'nothing in this URL can be a name', 'add `name: <name>`')
      return []
    }
    const earlier = names.get(name)
    if (earlier !== undefined) {
      const place: Path = [...at, 'name' in source ? 'name' : 'git']
      const message = `two repositories are called ${name}, the other is the one in stacks[${earlier}]`
      tell(place, message, 'give each a `name` of its own')
    }
    names.set(name, at[1] as number)
    return [{ kind: 'git', name, url, branch, patterns }]
  }

  function ruleOf(override: OverrideShape | undefined, index: number): readonly SettingRule[] {
    if (!override) return []
    const at: Path = ['overrides', index]
    const settings = settingsOf(override, at)
    if (override.match === undefined) return []
    checkPattern(override.match, [...at, 'match'])
    if (Object.keys(override).length === 1) tell(at, 'an override says something of what it matches')
    return [{ match: override.match, settings }]
  }

  function settingsOf(said: Omit<OverrideShape, 'match'>, at: Path): Partial<StackSettings> {
    const { target, variables, variableFiles, drift, apply, checks } = said
    return {
      ...(target !== undefined && { target }),
      ...(variables && { variables: textsOf(variables, directory) }),
      ...(variableFiles && {
        variableFiles: variableFiles.flatMap((file, index) =>
          file === undefined ? [] : fileAt(file, [...at, 'variableFiles', index]),
        ),
      }),
      ...(drift !== undefined && { driftSchedule: scheduleOf(drift, [...at, 'drift']) }),
      ...(apply && { apply }),
      ...(checks !== undefined && { checks: fileAt(checks, [...at, 'checks']) }),
    }
  }

  /** Absolute: what a program is told does not depend on where it was started. */
  function fileAt(written: string, at: Path): string {
    const file = resolve(directory, written)
    const kind = kindOf(file)
    if (kind === 'absent')
      tell(at, `there is no file ${written}`, `it is looked for from the folder of the fleet’s file`)
    if (kind === 'directory') tell(at, `${written} is a directory, and no file`)
    return file
  }

  function scheduleOf(drift: Exclude<OverrideShape['drift'], undefined>, at: Path): string | undefined {
    if (typeof drift === 'string') return undefined
    if (drift.every !== undefined) return everySchedules[drift.every]
    if (drift.cron === undefined) return undefined
    const mistake = mistakeInSchedule(drift.cron)
    if (mistake !== undefined) {
      const hint = 'at a quarter past six on weekdays, in UTC: "15 6 * * 1-5"; H is a minute of the stack’s own'
      report({ code: 'FLEET_SCHEDULE', message: mistake, path: [...at, 'cron'], at: 'value', hint })
    }
    return drift.cron
  }

  function limitsOf(limits: readonly (LimitShape | undefined)[]): readonly FleetLimit[] {
    const earlier: FleetLimit[] = []
    return limits.flatMap((limit, index) => {
      const { account = '*', region = '*', atOnce } = limit ?? {}
      if (atOnce === undefined) return []
      const isCovered = earlier.some(
        (one) => ['*', account].includes(one.account) && ['*', region].includes(one.region),
      )
      if (isCovered) {
        const message =
          'this limit never holds: the first line that fits a stack does, and an earlier one fits the same'
        tell(['limits', index], message, 'put the lines that say an account or a region in front of those that do not')
      }
      const said = { account, region, atOnce }
      earlier.push(said)
      return [said]
    })
  }

  function notificationOf(notification: NotificationShape | undefined, index: number): readonly Notification[] {
    if (!notification) return []
    const at: Path = ['notifications', index]
    const { command, webhook, secret } = notification
    const on = (notification.on ?? []).flatMap((kind) => kind ?? [])
    if ('command' in notification === 'webhook' in notification) {
      const message = 'a notification has either a `command` or a `webhook`'
      tell(at, message, 'make two notifications where both are to be told')
      return []
    }
    if (command) {
      if ('secret' in notification) tellKey([...at, 'secret'], '`secret` signs what is posted to a webhook')
      const [program = '', ...rest] = command.map((word) => word ?? '')
      if (program === '') tell([...at, 'command', 0], 'a command begins with a program')
      // One beside the file is found wherever a worker was started.
      const argv = [program.startsWith('.') ? resolve(directory, program) : program, ...rest]
      return [{ on, to: { kind: 'command', argv } }]
    }
    if (webhook === undefined) return []
    checkWebhook(webhook, [...at, 'webhook'])
    if (!('secret' in notification)) {
      tellKey([...at, 'webhook'], 'the key of its signature is missing', 'add `secret: { env: FLEET_WEBHOOK_KEY }`')
    }
    if (secret?.env === undefined) return []
    return [{ on, to: { kind: 'webhook', url: webhook, secretVariable: secret.env } }]
  }

  function checkWebhook(url: string, at: Path): void {
    const read = URL.canParse(url) ? new URL(url) : undefined
    const isHere = read !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(read.hostname)
    if (read?.protocol === 'https:' || (isHere && read.protocol === 'http:')) return
    tell(at, 'a webhook is an https URL', 'http is for this machine itself alone: http://127.0.0.1:8080/')
  }

  function checkPattern(pattern: string, at: Path): void {
    const mistake = mistakeInPattern(pattern)
    if (mistake) report({ code: 'FLEET_PATTERN', ...mistake, path: at, at: 'value' })
  }

  function tell(at: Path, message: string, hint?: string): void {
    report({ code: 'FLEET_INVALID', message, path: at, at: 'value', hint })
  }

  function tellKey(at: Path, message: string, hint?: string): void {
    report({ code: 'FLEET_INVALID', message, path: at, at: 'key', hint })
  }
}

/** As `--var` has them: `@path` is what a file has, found from the folder of the fleet's file wherever a worker was started. */
function textsOf(
  variables: Readonly<Record<string, string | number | boolean | undefined>>,
  directory: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => {
      if (value === undefined) return []
      const text = String(value)
      return [[name, /^@(?!@)/.test(text) ? `@${resolve(directory, text.slice(1))}` : text]]
    }),
  )
}
