import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cleanEnvironment, mainPath } from '../evenkeel.js'
import type { SandboxWorld } from '../sandbox-world.js'

/** `evenkeel fleet serve`, as a process of its own. */
export interface ServedFleet {
  /** As it was printed: with the token, where none was given. */
  readonly url: string
  readonly origin: string
  readonly token: string
  readonly said: () => string
  /** Its exit status. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Serves a world's fleet.yaml at a free port. */
export async function serveFleetOf(
  world: SandboxWorld,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ServedFleet> {
  const child = spawn(process.execPath, [mainPath, 'fleet', 'serve', '--listen', '127.0.0.1:0', ...words], {
    cwd: world.directory,
    env: cleanEnvironment({ ...world.env, ...env }),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const found = /http:\/\/\S+(?=\s)/.exec(said)
      if (found) resolve(found[0])
    })
    child.on('close', () => reject(new Error(`the page was not served: ${said}`)))
  })
  return {
    url,
    origin: new URL(url).origin,
    token: new URL(url).searchParams.get('token') ?? '',
    said: () => said,
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
