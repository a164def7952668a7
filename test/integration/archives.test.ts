import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DescribeInstancesCommand, DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  expectExit,
  expectSuccess,
  noHostsBecause,
  startSandboxWorld,
  type SandboxWorld,
} from '../support/sandbox-world.js'
import { image } from '../support/stacks.js'

const archive = `
evenkeel: 1
stack: library
target: sandbox
archives:
  my-music: { from: ./music/, keep: 2, exclude: ['*.tmp'], server: { image: ${image}, type: t3.small } }
`

/** What a stack says that mounts the newest version. */
const mounting = `${archive}
servers:
  player: { image: ${image}, type: t3.small }
volumes:
  music: { server: player, snapshot: { name: my-music, version: latest }, mount: /srv/music }
`

/** user::rw-, user:1234:r--, group::r--, mask::r--, other::r-- (acl(5), as the kernel keeps it): no tool but setfattr is needed. */
const acl = '0x0200000001000600ffffffff02000400d204000004000400ffffffff10000400ffffffff20000400ffffffff'

describe.skipIf(noHostsBecause !== undefined)(`archives${noHostsBecause ? ` (${noHostsBecause})` : ''}`, () => {
  let world: SandboxWorld

  beforeAll(async () => {
    world = await startSandboxWorld('archives')
    world.write({ 'library.yaml': archive, 'music/song.txt': 'la la\n', 'music/scratch.tmp': 'not archived\n' })
    const music = join(world.directory, 'music')
    mkdirSync(join(music, 'empty directory'))
    writeFileSync(join(music, "it's ä\nnew line.txt"), 'odd name\n')
    execFileSync('sh', [
      '-ec',
      `cd "$1"
      ln song.txt 'same song.txt'; ln -s song.txt link
      chown 1234:4321 song.txt; chmod 2750 'empty directory'; chmod 4711 "it's ä
new line.txt"
      setfattr -n user.mood -v blue song.txt
      setfattr -n system.posix_acl_access -v ${acl} song.txt
      truncate -s 20M sparse; chmod 710 .`,
      'sh',
      music,
    ])
  })
  afterAll(() => world?.remove())

  it('run twice with one changed file give versions 1 and 2, and a third run plans nothing and starts no server', async () => {
    const first = await expectSuccess(world.run(['apply', 'library.yaml', '--yes']))
    expect(first.stdout).toContain('+ archive.my-music')
    expect(await versionsOf(world, 'library')).toEqual(['1'])

    world.write({ 'music/song.txt': 'la la la\n' })
    const second = await expectSuccess(world.run(['apply', 'library.yaml', '--yes']))
    expect(second.stdout).toContain('~ archive.my-music')
    expect(second.stdout).toMatch(/version {2}1 -> 2/)
    expect(await versionsOf(world, 'library')).toEqual(['1', '2'])

    const before = await launches(world)
    const third = await expectSuccess(world.run(['apply', 'library.yaml', '--yes']))
    expect(third.stdout).toMatch(/^No changes/m)
    expect(await launches(world)).toBe(before)
    await expectNothingTemporary(world, 'library')

    world.write({ 'music/song.txt': 'la\n' })
    await expectSuccess(world.run(['apply', 'library.yaml', '--yes']))
    expect(await versionsOf(world, 'library')).toEqual(['2', '3'])
  })

  it('can be mounted by a stack, with bytes, owners, modes, hard links, links, holes and attributes as they were', async () => {
    // The version that is mounted is made in the same run.
    world.write({ 'library.yaml': mounting, 'music/song.txt': 'la la, once more\n' })
    await expectSuccess(world.run(['apply', 'library.yaml', '--yes']))
    expect(await versionsOf(world, 'library')).toEqual(['3', '4'])
    const listing = (directory: string) => `cd ${directory} && {
      find . -mindepth 1 -name lost+found -prune -o -name '*.tmp' -o -mindepth 1 -printf '%P|%y|%U:%G|%m|%n|%l\\n' | sort
      find . -name lost+found -prune -o -type f ! -name '*.tmp' -print0 | sort -z | xargs -0 sha256sum
      find . -maxdepth 1 -type f ! -name '*.tmp' -printf '%P %T@\\n' | sed 's/[.].*//' | sort
      stat -c '%u:%g %a' . ; getfattr --absolute-names -n user.mood --only-values song.txt; echo
      getfattr --absolute-names -e hex -n system.posix_acl_access song.txt | grep acl
      test "$(stat -c %b sparse)" -lt 1000 && echo has holes; }`
    const local = execFileSync('sh', ['-c', listing(join(world.directory, 'music'))], { encoding: 'utf8' })
    const remote = await expectSuccess(
      world.run(['exec', '-f', 'library.yaml', 'player', '--', 'sudo', 'sh', '-c', listing('/srv/music')]),
    )
    expect(remote.stdout).toBe(local)
    expect(local).toContain('1234:4321')
    expect(local).toContain(`system.posix_acl_access=${acl}`)
    expect(local).toContain('has holes')
    await expectSuccess(world.run(['plan', 'library.yaml', '--detailed-exitcode']))
  })

  it('leave nothing temporary behind when Ctrl-C comes in the copy', async () => {
    world.write({ 'stopped.yaml': archive.replace('stack: library', 'stack: stopped') })
    const result = await interruptCopy(world, 'stopped.yaml', 'SIGINT')
    expect(result.exitCode).toBe(130)
    await expectNothingTemporary(world, 'stopped')
    expect(await versionsOf(world, 'stopped')).toEqual([])
    await expectSuccess(world.run(['apply', 'stopped.yaml', '--yes']))
    expect(await versionsOf(world, 'stopped')).toEqual(['1'])
  })

  it('are made by the next apply after a kill -9 in the copy, which takes the leftovers away first', async () => {
    world.write({ 'killed.yaml': archive.replace('stack: library', 'stack: killed') })
    await interruptCopy(world, 'killed.yaml', 'SIGKILL')
    const plan = await expectExit(world.run(['plan', 'killed.yaml', '--detailed-exitcode', '--steps']), 2)
    expect(plan.stdout).toMatch(/remove-temporary +archive\.my-music \(leftovers\)/)
    await expectSuccess(world.run(['apply', 'killed.yaml', '--yes']))
    await expectNothingTemporary(world, 'killed')
    expect(await versionsOf(world, 'killed')).toEqual(['1'])
  })

  it('that leave the file, or whose stack is destroyed, keep their snapshots, and that is said', async () => {
    world.write({ 'killed.yaml': 'evenkeel: 1\nstack: killed\ntarget: sandbox\n' })
    const { stdout } = await expectSuccess(world.run(['apply', 'killed.yaml', '--yes']))
    expect(stdout).toMatch(/- archive\.my-music .*its 1 version stays? as snapshots?/)
    expect((await expectSuccess(world.run(['apply', 'killed.yaml', '--yes']))).stdout).toMatch(/^No changes/m)
    const destroyed = await expectSuccess(world.run(['destroy', 'stopped.yaml', '--yes']))
    expect(destroyed.stdout).toMatch(/- archive\.my-music .*its 1 version stay/)
    expect(await versionsOf(world, 'killed')).toEqual(['1'])
    expect(await versionsOf(world, 'stopped')).toEqual(['1'])
  })
})

/** Applies, and sends the signal as soon as the volume is mounted: the copy begins then. */
function interruptCopy(world: SandboxWorld, file: string, signal: NodeJS.Signals) {
  let seen = ''
  return world.run(['apply', file, '--yes'], {
    onStderr: (text, kill) => {
      const before = seen.includes('mount-volume')
      seen += text
      if (!before && seen.includes('mount-volume')) kill(signal)
    },
  })
}

async function versionsOf({ client }: SandboxWorld, stack: string): Promise<readonly string[]> {
  const { Snapshots = [] } = await client.send(
    new DescribeSnapshotsCommand({ Filters: tagged(stack), OwnerIds: ['self'] }),
  )
  const versions = Snapshots.map(({ Tags }) => Tags?.find(({ Key }) => Key === 'evenkeel:version')?.Value ?? '')
  return versions.toSorted((left, right) => Number(left) - Number(right))
}

async function expectNothingTemporary({ client }: SandboxWorld, stack: string): Promise<void> {
  const Filters = tagged(stack)
  const [{ Reservations = [] }, { Volumes = [] }] = await Promise.all([
    client.send(new DescribeInstancesCommand({ Filters })),
    client.send(new DescribeVolumesCommand({ Filters })),
  ])
  const alive = Reservations.flatMap(({ Instances }) => Instances ?? []).filter(
    ({ State }) => State?.Name !== 'terminated',
  )
  expect([alive, Volumes.filter(({ State }) => State !== 'deleting')]).toEqual([[], []])
}

/** So many servers were asked for since the sandbox came up. */
async function launches({ endpoint }: SandboxWorld): Promise<number> {
  const answer = await fetch(new URL('/_evenkeel/requests', endpoint))
  const records = (await answer.json()) as readonly { readonly action: string }[]
  return records.filter(({ action }) => action === 'RunInstances').length
}

const tagged = (stack: string) => [{ Name: 'tag:evenkeel:stack', Values: [stack] }]
