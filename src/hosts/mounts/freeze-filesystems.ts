import { PassThrough, Writable } from 'node:stream'
import { HostError } from '../../core/errors.js'
import type { Freeze } from '../../executor/ports.js'
import { mountsOf } from '../probe/devices.js'
import { execArgv } from '../ssh/exec-argv.js'
import { readInside } from '../probe/probe.js'
import type { SshSession } from '../ssh/ssh-session.js'

export interface FreezeRequest {
  readonly volumeIds: readonly string[]
  /** When the server lets them go by itself. */
  readonly seconds: number
}

/** Chosen: a freeze writes out what is dirty first, which takes long on a slow volume. */
const freezeTimeoutMs = 60_000

/**
 * Freezes the filesystems of these volumes, by the kernel's FIFREEZE (fsfreeze(8)), as long as one command on the server
 * lives: it thaws when its input ends, which is also what it sees when this process or the connection dies, and a
 * watchdog beside it thaws when the time is over.
 */
export async function freezeVolumes(session: SshSession, { volumeIds, seconds }: FreezeRequest): Promise<Freeze> {
  const inside = await readInside(session)
  const paths = volumeIds.flatMap((volumeId) => {
    const device = inside.devices.find((candidate) => candidate.volumeId === volumeId)
    // A filesystem that is mounted twice is frozen once.
    return device
      ? mountsOf(inside, device)
          .slice(0, 1)
          .map(({ path }) => path)
      : []
  })
  if (paths.length === 0) return { complete: true, thaw: () => Promise.resolve(true) }

  const words = new Words()
  const said = new Words()
  const stdin = new PassThrough()
  const script = ['sh', '-c', freezeScript, 'freeze', String(seconds), ...paths]
  const argv = session.access.user === 'root' ? script : ['sudo', '-n', ...script]
  const ended = execArgv(session, argv, { stdin, stdout: words, stderr: said }).then(
    () => undefined,
    (error: unknown) => error,
  )
  const timer = setTimeout(() => stdin.end(), freezeTimeoutMs)
  await Promise.race([words.hear('FROZEN'), ended])
  clearTimeout(timer)
  const thaw = async () => {
    stdin.end()
    await ended
    return words.text.includes('THAWED')
  }
  if (words.text.includes('FROZEN')) return { complete: !words.text.includes('INCOMPLETE'), thaw }
  await thaw()
  const { address } = session.access
  throw new HostError(
    'HOST_COMMAND_FAILED',
    `${paths.join(', ')} on ${address} could not be frozen: ${said.text.trim()}`,
    {
      host: address,
      command: 'fsfreeze',
      retryable: true,
      stderrTail: said.text.slice(-1000),
      hint: 'another program may have frozen it: `fsfreeze -u` lets it go on; or take snapshots with consistent: none',
    },
  )
}

/** What a stream said, and when it says a word. */
class Words extends Writable {
  text = ''
  #listener: (() => void) | undefined

  hear(word: string): Promise<void> {
    return new Promise((resolve) => {
      this.#listener = () => {
        if (this.text.includes(word)) resolve()
      }
      this.#listener()
    })
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.text += chunk.toString('utf8')
    this.#listener?.()
    callback()
  }
}

/** Filesystems without a freeze (vfat, FUSE) are written out. The watchdog outlives the connection. */
const freezeScript = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
trap '' HUP PIPE
seconds=$1
shift
thaw() {
  status=0
  for path in "$@"; do
    [ -e "$marks/$number" ] || { number=$((number + 1)); continue; }
    fsfreeze -u -- "$path" >/dev/null 2>&1 || status=1
    number=$((number + 1))
  done
  return "$status"
}
marks=$(mktemp -d) || exit 1
number=1
( trap 'kill $! 2>/dev/null; exit 0' TERM; sleep "$seconds" & wait $!; number=1; thaw "$@" ) </dev/null >/dev/null 2>&1 &
watchdog=$!
failed=
for path in "$@"; do
  if said=$(fsfreeze -f -- "$path" 2>&1); then : > "$marks/$number"
  else
    case $said in
      *'not supported'*|*'Inappropriate ioctl'*|*'not found'*) sync -f "$path" 2>/dev/null || sync; echo INCOMPLETE ;;
      *) printf '%s\\n' "$said" >&2; failed=1; break ;;
    esac
  fi
  number=$((number + 1))
done
[ -n "$failed" ] || { echo FROZEN; read -r line; }
kill "$watchdog" 2>/dev/null
number=1
if thaw "$@"; then echo THAWED; else echo EXPIRED; fi
rm -rf "$marks"
[ -z "$failed" ]
`
