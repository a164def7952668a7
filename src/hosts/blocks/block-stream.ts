import type { Readable, Writable } from 'node:stream'
import { HostError } from '../../core/errors.js'
import { lineReader } from '../../core/line-reader.js'
import { shellCommand } from '../../core/shell-words.js'
import type { SshSession } from '../ssh/ssh-session.js'

export interface StreamRequest {
  /** For messages. */
  readonly title: string
  readonly argv: readonly string[]
  /** Piped into the command; left out: it gets an empty input. */
  readonly input?: Readable
  /** Standard output as it comes, ended at the command's end; or line by line. */
  readonly output?: Writable
  readonly onLine?: (line: string) => void
  /** Aborted: the command loses its streams, and the promise rejects. */
  readonly signal?: AbortSignal | undefined
}

/** Runs a command as root with streams of any length at both ends; rejects unless it ends with exit status 0. */
export function runStream(session: SshSession, request: StreamRequest): Promise<void> {
  const { access } = session
  const { title, input, output, onLine, signal } = request
  const command = shellCommand(access.user === 'root' ? request.argv : ['sudo', '-n', ...request.argv])
  const lost = (message: string) =>
    new HostError('HOST_CONNECTION_LOST', message, { host: access.address, command: title, retryable: true })
  return session.withChannel(
    command,
    (channel) =>
      new Promise<void>((resolve, reject) => {
        let exitCode: number | undefined
        let said = ''
        const abort = () => {
          input?.unpipe(channel.stdin)
          channel.close()
          reject(lost(`\`${title}\` on ${access.address} was given up`))
        }
        if (signal?.aborted) abort()
        signal?.addEventListener('abort', abort, { once: true })
        if (output) channel.pipe(output)
        else if (onLine) channel.on('data', lineReader(onLine).write)
        else channel.resume()
        channel.stderr.on('data', (chunk: Buffer) => {
          said = (said + chunk.toString('utf8')).slice(-2000)
        })
        if (input) input.pipe(channel.stdin)
        else channel.end()
        channel.on('error', () => {})
        channel.on('exit', (code: number | null) => {
          exitCode = code ?? 255
        })
        channel.on('close', () => {
          signal?.removeEventListener('abort', abort)
          input?.unpipe(channel.stdin)
          if (exitCode === 0) resolve()
          else if (exitCode === undefined) reject(lost(`the connection to ${access.address} ended during \`${title}\``))
          else {
            const message = `on ${access.address}, \`${title}\` ended with exit status ${exitCode}: ${said.trim()}`
            reject(
              new HostError('HOST_COMMAND_FAILED', message, {
                host: access.address,
                command: title,
                exitCode,
                stderrTail: said,
              }),
            )
          }
        })
      }),
  )
}
