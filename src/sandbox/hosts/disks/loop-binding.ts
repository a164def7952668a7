import { HostError } from '../../../core/errors.js'
import { endOf } from '../child.js'
import { spawnChild } from '../commands.js'

/** A file that has just become a loop device; without another holder it is none any more once it is let go of. */
export interface LoopBinding {
  /** e.g. `/dev/loop9`. */
  readonly path: string
  letGo(): Promise<void>
}

/** Binds a file to a free loop device that clears itself at its last close, and rejects with a HostError where that fails. */
export async function bindLoop(file: string): Promise<LoopBinding> {
  const child = spawnChild(['perl', '-e', bindProgram, file], { stdio: 'pipe' })
  const end = endOf(child)
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const path = await Promise.race([
    new Promise<string>((resolve) => child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))),
    end.then(() => undefined),
  ])
  if (path === undefined) {
    throw new HostError('SANDBOX_HOST_FAILED', `${file} did not become a loop device: ${complaint.trim()}`, {
      host: 'this machine',
      stderrTail: complaint,
    })
  }
  const letGo = async () => {
    child.stdin?.end()
    await end
  }
  return { path, letGo }
}

/**
 * LOOP_CTL_GET_FREE is 0x4C82, LOOP_CONFIGURE 0x4C0A with a struct loop_config, AUTOCLEAR 4 and PARTSCAN 8 (linux/loop.h, Linux 5.8).
 * losetup cannot set AUTOCLEAR, and Node has no ioctl. Another sandbox may take, or remove, the very device that has just
 * been found free: then it is asked again. It holds the device until its input ends.
 * By the name that the device bears, mkfs.btrfs tells two of them apart.
 */
const bindProgram = `
open(my $file, '+<', $ARGV[0]) or die "$!\\n";
open(my $control, '+<', '/dev/loop-control') or die "loop-control: $!\\n";
my ($name) = $ARGV[0] =~ m{([^/]{0,63})$};
for my $turn (1 .. 50) {
  my $number = ioctl($control, 0x4C82, 0) // die "loop-control: $!\\n";
  my $path = '/dev/loop' . (0 + $number);
  my $config = pack 'L2 Q5 L4 a64 x96 x16 x64', fileno $file, 0, (0) x 5, 0, 0, 0, 4 | 8, $name;
  my $device;
  if (open($device, '+<', $path) and ioctl($device, 0x4C0A, $config)) {
    syswrite STDOUT, "$path\\n";
    1 while <STDIN>;
    exit;
  }
  $turn < 50 or die "$path: $!\\n";
  select undef, undef, undef, 0.01;
}
`
