import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

/** Everything that this project's own machines can mount; the others are made, and looked at with blkid. */
const mounted = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'ntfs'] as const
const prepared = ['vfat', 'jfs', 'reiserfs', 'f2fs', 'swap'] as const
const everyOne = [...mounted, ...prepared]

/** A UUID in the form that the filesystem wants, each another. */
function uuidOf(fstype: string): string {
  const digit = everyOne.findIndex((name) => name === fstype).toString(16)
  if (fstype === 'vfat') return `C0DE-CAF${digit.toUpperCase()}`
  return fstype === 'ntfs' ? `1234567890ABCDE${digit.toUpperCase()}` : `c0ffee00-1234-4abc-8def-0123456789a${digit}`
}

const head = (stack: string, count = '') => `
evenkeel: 1
stack: ${stack}
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a${count} }
`

/** The entry of one volume in its first form, and restored from its snapshot with twice the size. */
function entryOf(fstype: string, from: 'blank' | 'snapshot'): string {
  const place = mounted.some((name) => name === fstype) ? `mount: /srv/${fstype}` : 'unmounted: true'
  const made = `size: 1, label: ${fstype.toUpperCase()}, uuid: "${uuidOf(fstype)}"`
  // vfat cannot grow, and jfs not without a kernel that has it.
  const restored = `size: ${fstype === 'vfat' || fstype === 'jfs' ? 1 : 2}, snapshot: { name: ${fstype}, version: latest }`
  return `  ${fstype}: { server: web, fstype: ${fstype}, ${place}, ${from === 'blank' ? made : restored} }`
}

const filling = `
cd /srv && for name in ${mounted.join(' ')}; do
  mkdir -p "$name/a directory"
  head -c 3000000 /dev/urandom > "$name/a directory/random"
  head -c 5000 /dev/zero > "$name/zero"
  printf 'caf\\303\\251\\n' > "$name/café"
done
sync
find ${mounted.join(' ')} -type f -exec sha256sum {} + | sort -k 2`

describe.skipIf(noHostsBecause !== undefined)(`filesystems${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('filesystems')
  })
  afterAll(() => world?.remove())

  const apply = (file: string) => expectSuccess(world.run(['apply', file, '--yes']))
  const plan = (file: string) => world.run(['plan', file, '--detailed-exitcode'])
  const inside = (file: string, script: string, server = 'web') =>
    expectSuccess(world.run(['exec', '-f', file, server, '--', 'sudo', 'sh', '-ec', script]))

  it.concurrent('of every kind are made, labelled, filled, snapshotted, and restored to twice the size', async () => {
    const list = (from: 'blank' | 'snapshot') => everyOne.map((fstype) => entryOf(fstype, from)).join('\n')
    world.write({ 'each.yaml': `${head('each')}volumes:\n${list('blank')}\n` })
    await apply('each.yaml')
    await expectExit(plan('each.yaml'), 0)
    const { stdout: blkid } = await inside('each.yaml', 'blkid -p -o export -s TYPE -s LABEL -s UUID /dev/nvme[1-9]*n1')
    for (const fstype of everyOne) {
      expect(blkid).toContain(`TYPE=${fstype}\n`)
      expect(blkid).toContain(`LABEL=${fstype.toUpperCase()}\n`)
      expect(blkid).toContain(`UUID=${uuidOf(fstype)}\n`)
    }
    const { stdout: fstab } = await inside('each.yaml', 'grep -v "^#" /etc/fstab')
    expect(fstab.trim().split('\n')).toHaveLength(mounted.length)
    const { stdout: digests } = await inside('each.yaml', filling)
    expect(digests.trim().split('\n')).toHaveLength(3 * mounted.length)

    world.write({ 'each.yaml': head('each') })
    await apply('each.yaml')
    await expectExit(plan('each.yaml'), 0)

    world.write({ 'each.yaml': `${head('each')}volumes:\n${list('snapshot')}\n` })
    await apply('each.yaml')
    await expectExit(plan('each.yaml'), 0)
    const { stdout: restored } = await inside(
      'each.yaml',
      `cd /srv && find ${mounted.join(' ')} -type f -exec sha256sum {} + | sort -k 2`,
    )
    expect(restored).toBe(digests)
    const { stdout: sizes } = await inside(
      'each.yaml',
      `cd /srv && df -BM --output=size ${mounted.join(' ')} | tail -n +2`,
    )
    for (const size of sizes.trim().split('\n')) expect(Number.parseInt(size)).toBeGreaterThan(1800)
  })
})
