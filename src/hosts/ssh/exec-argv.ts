import type ssh2 from 'ssh2'
import { HostError } from '../../core/errors.js'
import { shellCommand } from '../../core/shell-words.js'
import type { ExecStreams } from '../../executor/ports.js'
import { exitCodeOfSignal } from './command.js'
import { guardMarked, newMark, signalMarked, variableOf } from './marked.js'
import type { SshSession } from './ssh-session.js'

/**
 * Runs argv on the server as the login user with the caller's streams, on a terminal of its own where the caller has one;
 * resolves with its exit status, or 128 and the signal that ended it. Each word arrives as it is: nothing is split or
 * expanded on the way.
 */
export async function execArgv(session: SshSession, argv: readonly string[], streams: ExecStreams): Promise<number> {
  const { terminal, interrupt } = streams
  // It came while the server was connected to.
  if (interrupt?.aborted === true) return exitCodeOfSignal('INT')
  // A terminal passes Ctrl-C on by itself, and its end ends what runs on it.
  const mark = terminal ? undefined : newMark()
  const command = mark === undefined ? shellCommand(argv) : shellCommand(marked(mark, argv))
  const guard = mark === undefined ? undefined : guardMarked(session, mark)
  const options = terminal && { pty: { term: terminal.term, ...terminal.size() } }
  try {
    const run = (channel: ssh2.ClientChannel) => carry(session, { argv, mark, channel }, streams)
    const end = await session.withChannel(command, run, options)
    await (end === outputGone ? guard?.abandon() : guard?.over())
    return end === outputGone ? exitCodeOfSignal('PIPE') : end
  } catch (error) {
    await guard?.abandon()
    throw error
  }
}

/** Whoever read what the command says has seen enough: nobody is left to run it for. */
const outputGone = 'output-gone'

interface Running {
  readonly argv: readonly string[]
  readonly mark: string | undefined
  readonly channel: ssh2.ClientChannel
}

function carry(
  session: SshSession,
  { argv, mark, channel }: Running,
  streams: ExecStreams,
): Promise<number | typeof outputGone> {
  return new Promise((resolve, reject) => {
    const { stdin, stdout, stderr, interrupt, terminal } = streams
    let exitCode: number | undefined
    const onInterrupt = () => {
      if (mark === undefined) channel.close()
      else void signalMarked(session, mark, 'INT')
    }
    const onOutputGone = () => {
      channel.unpipe(stdout)
      channel.resume()
      channel.close()
      resolve(outputGone)
    }
    const onResize = terminal?.onResize(() => {
      const { rows, cols } = terminal.size()
      channel.setWindow(rows, cols, 0, 0)
    })
    interrupt?.addEventListener('abort', onInterrupt, { once: true })
    stdout.once('error', onOutputGone)
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
      stdout.off('error', onOutputGone)
      onResize?.()
      if (stdin) {
        stdin.unpipe(channel.stdin)
        stdin.pause()
      }
      if (exitCode === undefined && interrupt?.aborted === true) exitCode = exitCodeOfSignal('INT')
      if (exitCode !== undefined) {
        resolve(exitCode)
        return
      }
      const { address } = session.access
      reject(
        new HostError('HOST_CONNECTION_LOST', `the connection to ${address} ended during \`${argv[0] ?? ''}\``, {
          host: address,
          command: argv[0] ?? '',
        }),
      )
    })
  })
}

/** The same command with a mark in its environment, by which it is found: no process more, and nothing in its arguments. */
function marked(mark: string, argv: readonly string[]): readonly string[] {
  const environment = ['env', variableOf(mark)]
  // For env, `A=b` is no program.
  const isPlain = argv[0]?.includes('=') !== true
  return isPlain ? [...environment, ...argv] : [...environment, 'sh', '-c', 'exec "$@"', 'sh', ...argv]
}
