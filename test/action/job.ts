import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../support/evenkeel.js'
import { GitHubStub } from '../support/platform/github-stub.js'
import { runAction, type ActionResult, type ActionRun } from '../support/platform/run-action.js'

/** What evenkeel printed once, to be printed again: what the scripts make of it is looked at here, and not how it came to be. */
export interface Recording {
  readonly stdout?: string
  readonly stderr?: string
  readonly exitCode: number
  /** Whether a plan file was written. */
  readonly saves?: boolean
}

export interface Job {
  readonly stub: GitHubStub
  readonly directory: string
  readonly planFile: string
  run(inputs: Readonly<Record<string, string>>, recording: Recording): Promise<ActionResult>
  /** What evenkeel was called with last. */
  words(): readonly string[]
  environment(): string
  end(): Promise<void>
}

const replay = `#!/usr/bin/env node
const { readFileSync, writeFileSync } = require('node:fs')
const at = (name) => __dirname + '/' + name
const words = process.argv.slice(2)
writeFileSync(at('words.json'), JSON.stringify(words))
writeFileSync(at('environment'), JSON.stringify(process.env))
const { stdout = '', stderr = '', exitCode, saves } = JSON.parse(readFileSync(at('recording.json'), 'utf8'))
const out = words.find((word) => word.startsWith('--out='))
if (saves && out) writeFileSync(out.slice(6), '{"kind": "plan-file"}')
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = exitCode
`

/** A job for an event, with the platform's API and a program that says again what evenkeel said. */
export async function startJob(event: ActionRun['event']): Promise<Job> {
  const stub = await GitHubStub.start()
  const { path: directory, remove } = temporaryDirectory('action')
  const [bin, temp] = [join(directory, 'bin'), join(directory, 'temp')]
  for (const path of [bin, join(temp, 'evenkeel-plan')]) mkdirSync(path, { recursive: true })
  const program = join(bin, 'evenkeel')
  writeFileSync(program, replay)
  chmodSync(program, 0o755)
  const read = (name: string) => (existsSync(join(bin, name)) ? readFileSync(join(bin, name), 'utf8') : '')
  return {
    stub,
    directory,
    planFile: join(temp, 'evenkeel-plan', 'plan.json'),
    run(inputs, recording) {
      writeFileSync(join(bin, 'recording.json'), JSON.stringify(recording))
      return runAction({ apiUrl: stub.url, cwd: directory, path: bin, event, inputs, temp })
    },
    words: () => JSON.parse(read('words.json')) as readonly string[],
    environment: () => read('environment'),
    async end() {
      await stub.stop()
      remove()
    },
  }
}
