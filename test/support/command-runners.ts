import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CommandResult } from './evenkeel.js'

const script = fileURLToPath(new URL('./command-runner.mjs', import.meta.url))

/** Those that wait for their next command; they end with the process that has started them. */
const idle: ChildProcess[] = []

interface Command {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** Runs a command line in a process that other commands were run in before; as many at once as are asked for. */
export function runInRunner(command: Command): Promise<CommandResult> {
  const runner = idle.pop() ?? fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] })
  return new Promise((resolve, reject) => {
    const onExit = (exitCode: number | null) =>
      reject(new Error(`the runner ended with ${exitCode} at ${command.args.join(' ')}`))
    runner.ref()
    runner.channel?.ref()
    runner.once('exit', onExit)
    runner.once('message', (result) => {
      runner.off('exit', onExit)
      // Nothing is held up by one that waits.
      runner.unref()
      runner.channel?.unref()
      idle.push(runner)
      resolve(result as CommandResult)
    })
    runner.send(command)
  })
}
