import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanEnvironment } from '../evenkeel.js'
import { root } from '../source-tree.js'

/** The token of the job; nothing but the API may ever see it. */
export const jobToken = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a'

export interface ActionRun {
  readonly apiUrl: string
  /** Where evenkeel runs. */
  readonly cwd: string
  /** Directory with what is to be found as `evenkeel`, before all others. */
  readonly path: string
  readonly event: 'pull-request' | 'schedule' | 'push'
  /** By the names of action.yml. */
  readonly inputs: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** The runner's temporary directory. */
  readonly temp: string
}

export interface ActionResult {
  readonly exitCode: number
  readonly log: string
  readonly summary: string
  readonly outputs: Readonly<Record<string, string>>
}

/** Runs the step of action.yml that runs evenkeel, with the environment that a runner and action.yml give it. */
export function runAction({ apiUrl, cwd, path, event, inputs, env, temp }: ActionRun): Promise<ActionResult> {
  const files = mkdtempSync(join(temp, 'step-'))
  const [summary, output] = [join(files, 'summary.md'), join(files, 'output')]
  for (const file of [summary, output]) writeFileSync(file, '')
  const events = join(root, 'test/support/platform')
  const given = { version: 'installed', 'github-token': jobToken, ...inputs }
  const environment = cleanEnvironment({
    PATH: `${path}:${process.env['PATH']}`,
    RUNNER_TEMP: temp,
    GITHUB_API_URL: apiUrl,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/site',
    GITHUB_RUN_ID: '1658821493',
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_OUTPUT: output,
    ...(existsSync(join(events, `${event}.json`)) && { GITHUB_EVENT_PATH: join(events, `${event}.json`) }),
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        `EVENKEEL_ACTION_${name.toUpperCase().replaceAll('-', '_')}`,
        value,
      ]),
    ),
    ...env,
  })
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'action/main.mjs')], { cwd, env: environment })
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text))
    child.on('error', reject)
    child.on('close', (exitCode) =>
      resolve({
        exitCode: exitCode ?? 1,
        log,
        summary: readFileSync(summary, 'utf8'),
        outputs: outputsOf(readFileSync(output, 'utf8')),
      }),
    )
  })
}

/** What later steps see: `name<<END`, lines, `END`. */
function outputsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(.+)\n([^]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [name, value]),
  )
}
