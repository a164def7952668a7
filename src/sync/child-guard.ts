import { spawn, type ChildProcess } from 'node:child_process'

/** Process groups that must not outlive this process, by the id of their first process. */
const groups = new Set<number>()
/** Directories that go with this process. */
const directories = new Set<string>()
let guard: ChildProcess | undefined

/**
 * Sees to it that a child, which leads a process group of its own, ends with this process, however that ends, and takes
 * along what it has started. The kernel's own way (PR_SET_PDEATHSIG) is Linux's alone, reaches no grandchildren, and is
 * forgotten by programs that run with other rights, such as ssh-agent.
 */
export function endWithThisProcess(child: ChildProcess): void {
  const { pid } = child
  // It could not be started, and says so itself.
  if (pid === undefined) return
  groups.add(pid)
  if (guard) tell(guard, `add ${pid}`)
  else guard = startGuard()
  child.once('exit', () => {
    groups.delete(pid)
    if (guard) tell(guard, `drop ${pid}`)
  })
}

/** Sees to it that a directory, of which nobody else makes anything, goes with this process, however that ends. */
export function removeWithThisProcess(directory: string): void {
  // The guard is told in lines.
  if (/[\r\n]/.test(directory)) return
  directories.add(directory)
  if (guard) tell(guard, `remove ${directory}`)
  else guard = startGuard()
}

/**
 * Reads which groups there are. Its input ends when this process does, since nobody else has the other end; then it ends
 * what is left, first politely: rsync takes its temporary files away, and keeps what it has of a large one. The directories go last.
 */
const guardScript = `trap '' HUP INT TERM
groups=' '
directories=
line='
'
clean() {
  printf '%s' "$directories" | while IFS= read -r directory; do rm -rf -- "$directory"; done
}
trap clean EXIT
while read -r what group; do
  case $what in
    add) groups="$groups$group " ;;
    remove) directories="$directories$group$line" ;;
    drop) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;;
  esac
done
all() {
  left=no
  for group in $groups; do kill -s "$1" -- "-$group" 2> /dev/null && left=yes; done
  [ $left = yes ]
}
all TERM || exit 0
for turn in 1 2 3 4 5; do
  sleep 0.2 2> /dev/null || sleep 1
  all 0 || exit 0
done
all KILL
`

/** In a group of its own too, so that Ctrl-C does not end it; this process does not wait for it. */
function startGuard(): ChildProcess {
  const started = spawn('sh', ['-c', guardScript, 'evenkeel-guard'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: true,
  })
  started.on('error', () => forget(started))
  started.on('exit', () => forget(started))
  started.stdin.on('error', () => {})
  started.unref()
  const input = started.stdin as typeof started.stdin & { unref?: () => void }
  input.unref?.()
  for (const group of groups) tell(started, `add ${group}`)
  for (const directory of directories) tell(started, `remove ${directory}`)
  return started
}

/** Whoever ended it: the next child gets another one, which is told of all that run. */
function forget(ended: ChildProcess): void {
  if (guard === ended) guard = undefined
}

/** One line into a pipe, which takes it before this returns. */
function tell({ stdin }: ChildProcess, line: string): void {
  stdin?.write(`${line}\n`)
}
