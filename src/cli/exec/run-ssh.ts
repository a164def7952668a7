import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SshConfiguration } from '../../app/ssh-configuration.js'
import { messageOf, UsageError } from '../../core/errors.js'
import { makeRunDirectory } from '../../sync/run-directory.js'
import { onInterrupt } from '../interruption.js'

/** A terminal tells Ctrl-C to ssh as well, these only whoever they are sent to. */
const endings = ['SIGTERM', 'SIGHUP'] as const

/**
 * Runs the system's ssh on this process's own terminal, for the one server of a configuration; resolves with its exit status.
 * Words that begin with `-` stand before the server's name, the others behind it. Ctrl-C is for ssh; what ends this process
 * alone ends ssh too.
 */
export async function runSsh({ text, aliases }: SshConfiguration, words: readonly string[]): Promise<number> {
  const release = onInterrupt(() => undefined)
  const directory = await makeRunDirectory(tmpdir())
  try {
    const path = join(directory, 'config')
    writeFileSync(path, text, { mode: 0o600 })
    const isOptions = words[0]?.startsWith('-') === true
    const [alias = ''] = aliases
    const argv = ['-F', path, ...(isOptions ? [...words, alias] : [alias, ...words])]
    return await new Promise<number>((resolve, reject) => {
      const child = spawn('ssh', argv, { stdio: 'inherit' })
      for (const signal of endings) process.on(signal, () => child.kill(signal))
      child.on('error', (error) =>
        reject(
          new UsageError('SYNC_TOOL_MISSING', `ssh cannot be run on this machine: ${messageOf(error)}`, {
            cause: error,
          }),
        ),
      )
      child.on('close', (code) => resolve(code ?? 255))
    })
  } finally {
    release()
    rmSync(directory, { recursive: true, force: true })
  }
}
