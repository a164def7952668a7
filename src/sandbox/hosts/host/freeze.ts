import { HostError } from '../../../core/errors.js'
import { ChildWords, endOf } from '../child.js'
import { spawnChild } from '../commands.js'

/** Filesystems that are held still; `thaw` lets them go on. */
export interface Freeze {
  /** False when one of them could only be written out. */
  readonly complete: boolean
  thaw(): Promise<void>
}

/**
 * Freezes the filesystems mounted at `mountPoints` of the host whose PID 1 is `pid`, so that a copy of the device is
 * a point in time. The helper lives outside the host's process namespace and thaws when its input ends: neither the
 * host's nor this process's sudden end can leave a frozen filesystem behind, which nobody could unmount again.
 * A filesystem that cannot be frozen (FUSE) is written out instead.
 */
export async function freeze(instanceId: string, pid: number, mountPoints: readonly string[]): Promise<Freeze> {
  const args = ['nsenter', `--mount=/proc/${pid}/ns/mnt`, 'perl', '-e', freezeProgram, ...mountPoints]
  const child = spawnChild(args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const end = endOf(child)
  const words = new ChildWords(child)
  const heard = await words.hear('FROZEN', 30_000)
  const thaw = async () => {
    child.stdin?.end()
    await end
  }
  if (heard === 'said') return { thaw, complete: !words.said('INCOMPLETE') }
  await thaw()
  throw new HostError('SANDBOX_HOST_FAILED', `the filesystem at ${mountPoints.join(', ')} could not be frozen`, {
    host: instanceId,
    retryable: true,
  })
}

/** FIFREEZE is 0xC0045877, FITHAW 0xC0045878 (linux/fs.h). One frozen already (EBUSY, 16) is not ours to thaw. */
const freezeProgram = `
$SIG{PIPE} = $SIG{HUP} = 'IGNORE';
my @frozen;
$| = 1;
for my $path (@ARGV) {
  open(my $directory, '<', $path) or next;
  if (ioctl($directory, 0xC0045877, 0)) { push @frozen, $directory }
  elsif ($! != 16) { print "INCOMPLETE\\n"; system('sync', '-f', $path) }
}
print "FROZEN\\n";
1 while <STDIN>;
ioctl($_, 0xC0045878, 0) for @frozen;
`
