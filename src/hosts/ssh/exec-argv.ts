import { HostError } from '../../core/errors.js'
import { shellCommand } from '../../core/shell-words.js'
import type { ExecStreams } from '../../executor/ports.js'
import { exitCodeOfSignal } from './command.js'
import type { SshSession } from './ssh-session.js'

/**
 * Runs argv on the server as the login user with the caller's streams; resolves with its exit status, or 128 and the
 * signal that ended it. Each word arrives as it is: nothing is split or expanded on the way.
 */
export function execArgv(session: SshSession, argv: readonly string[], streams: ExecStreams): Promise<number> {
  const command = shellCommand(argv)
  return session.withChannel(
    command,
    (channel) =>
      new Promise<number>((resolve, reject) => {
        const { stdin, stdout, stderr, interrupt } = streams
        let exitCode: number | undefined
        const onInterrupt = () => {
          // ssh2 sends signals only while its side of the channel is open; else the command loses its streams, as with ssh.
          if (channel.writable) channel.signal('INT')
          else {
            // sshd keeps the channel until the command ends, which it may never do: that is not waited for.
            channel.close()
            resolve(exitCodeOfSignal('INT'))
          }
        }
        interrupt?.addEventListener('abort', onInterrupt, { once: true })
        channel.pipe(stdout, { end: false })
        channel.stderr.pipe(stderr, { end: false })
        if (stdin) stdin.pipe(channel.stdin)
        else channel.end()
        // A program that ends before its input does leaves a pipe with nobody at its end; its exit status tells the story.
        channel.on('error', () => {})
        channel.on('exit', (code: number | null, signal?: string) => {
          exitCode = code ?? (signal === undefined ? undefined : exitCodeOfSignal(signal))
        })
        channel.on('close', () => {
          interrupt?.removeEventListener('abort', onInterrupt)
          if (stdin) {
            stdin.unpipe(channel.stdin)
            stdin.pause()
          }
          if (exitCode !== undefined) {
            resolve(exitCode)
            return
          }
          const { address } = session.access
          reject(
            new HostError('HOST_CONNECTION_LOST', `the connection to ${address} ended during \`${argv[0] ?? ''}\``, {
              host: address,
              command,
            }),
          )
        })
      }),
  )
}
