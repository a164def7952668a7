import { image } from '../../stacks.js'
import type { Command } from '../commands.js'

/** A run that is cut at each of the operations in its servers. */
export interface HostCase {
  readonly name: string
  /** What is run before, whole. */
  readonly before: readonly Command[]
  /** What is done in servers then, by hand: shell commands by server, as root. */
  readonly data?: Readonly<Record<string, string>>
  /** What is cut. */
  readonly work: Command
  /**
   * What is done in servers between the cut and the next run, as `data`: what a killed run writes beside the next one, or
   * behind it, is old then, and shows.
   */
  readonly meanwhile?: Readonly<Record<string, string>>
  /** What is run after the cut, and ends what it began; left out: the same again. */
  readonly after?: Command
  /** Run at the end, whole, so that all data can be read in servers again. */
  readonly look?: Command
  /** Where what comes after does not ask for it again: all of it happens, or nothing, where the cut run ended before it asked. */
  readonly isLost?: boolean
  /** Where the same again takes the place again of what the cut run has made, each of which leaves one snapshot more. */
  readonly isRestoredAgain?: boolean
  /** How the next run says that the work is done already. */
  readonly refusal?: RegExp
}

const apply = (text: string): Command => ({ kind: 'apply', text })
const head = 'evenkeel: 1\nstack: inside\ntarget: sandbox\n'
const server = (name: string, more = '') => `  ${name}: { image: ${image}, type: t3.small, zone: us-east-1a${more} }\n`

/** One server with an ext4 and an XFS volume, by their sizes and more words. */
const one = ({ size = 1, more = '', of = '', rest = '' } = {}) => `${head}servers:
${server('web', of)}volumes:
  data: { server: web, size: ${size}, mount: /srv/data${more} }
  other: { server: web, size: ${size}, fstype: xfs, mount: /srv/other, label: other${more} }
${rest}`

const fill = (path: string) =>
  `cd ${path} && for n in 1 2 3 4 5 6; do seq "$n" 20000 > "file $n"; done && mkdir -p below && echo word > below/word`
/** A copy of it is in its middle for a while; the second one is as long, and no byte of it is the same. */
const large = (path: string) => `seq 1000000 4000000 > ${path}/large`
const other = (path: string) => `seq 4000000 -1 1000000 > ${path}/large; echo other > ${path}/below/word`
const filled = { web: `${fill('/srv/data')}; ${fill('/srv/other')}` }

const site = 'sync:\n  site: { from: ./site/, to: volume.data/site/ }\n'

/** Two servers, a volume on each; `rest` stands behind. */
const pair = (volumes: string, rest = '') => `${head}servers:
${server('left')}${server('right')}volumes:
${volumes}${rest}`
const between = `  near: { server: left, size: 1, mount: /srv/near }
  far: { server: right, size: 1, fstype: xfs, mount: /srv/far }
`
const blocks = `  near: { server: left, size: 1, fstype: raw }
  far: { server: right, size: 1, fstype: raw }
`
const moved = (to: string) => `  near: { server: ${to}, size: 1, mount: /srv/near }\n`
const newer = image.replace('12', '13')

/** Not the root disk, whose id may be the first or the last: a host without it does not begin again. */
const device = 'device=$(readlink -f /dev/disk/by-id/*vol* | grep -v nvme0n1 | head -n 1)'

export const hostCases: readonly HostCase[] = [
  {
    name: 'create',
    before: [],
    work: apply(
      one({
        of: ", setup: ['sudo mkdir -p /srv/made', 'sudo sh -c \"echo made > /srv/made/word\"']",
        rest: site,
      }),
    ),
  },
  {
    name: 'copy',
    before: [apply(pair(between))],
    data: { left: `${fill('/srv/near')}; ${large('/srv/near')}` },
    meanwhile: { left: other('/srv/near') },
    work: apply(pair(between, 'sync:\n  twin: { from: volume.near/, to: volume.far/twin/ }\n')),
  },
  {
    name: 'copy-relayed',
    before: [apply(pair(between))],
    data: { left: `${fill('/srv/near')}; ${large('/srv/near')}` },
    meanwhile: { left: other('/srv/near') },
    work: apply(
      pair(between, 'sync:\n  twin: { from: volume.near/, to: volume.far/twin/, via: local, delete: true }\n'),
    ),
  },
  { name: 'put', before: [apply(one())], work: { kind: 'put', text: one(), from: 'site/', to: 'volume.data/put/' } },
  { name: 'grow', before: [apply(one())], data: filled, work: apply(one({ size: 2 })) },
  {
    name: 'remove',
    before: [apply(one({ more: ', reuse: true' }))],
    data: filled,
    work: apply(one({ more: ', reuse: true' }).replace(/ {2}other: .*\n/, '')),
    look: apply(one({ more: ', reuse: true' })),
  },
  {
    name: 'move',
    before: [apply(pair(moved('left')))],
    data: { left: fill('/srv/near') },
    work: apply(pair(moved('right'))),
  },
  { name: 'replace', before: [apply(one())], data: filled, work: apply(one().replace(image, newer)) },
  {
    name: 'snapshot',
    before: [apply(one())],
    data: filled,
    work: { kind: 'snapshot', text: one(), volume: 'volume.other' },
    after: apply(one()),
    isLost: true,
  },
  {
    name: 'checkpoint',
    before: [apply(one())],
    data: filled,
    work: { kind: 'checkpoint', text: one(), name: 'first' },
    refusal: /has a checkpoint first already/,
  },
  {
    name: 'restore',
    before: [apply(one()), { kind: 'checkpoint', text: one(), name: 'first' }],
    data: filled,
    work: { kind: 'restore', text: one(), checkpoint: 'first' },
    isRestoredAgain: true,
  },
  {
    name: 'archive',
    before: [],
    work: apply(`${head}archives:\n  kept: { from: ./site/, keep: 1, server: { image: ${image}, type: t3.small } }\n`),
    look: apply(
      `${head}archives:\n  kept: { from: ./site/, keep: 1, server: { image: ${image}, type: t3.small } }\nservers:\n${server('web')}volumes:\n  seen: { server: web, snapshot: { name: kept, version: latest }, mount: /srv/seen }\n`,
    ),
  },
  {
    name: 'blocks',
    before: [apply(pair(blocks))],
    data: {
      left: `${device}; seq 1 8000000 | dd of="$device" bs=1M conv=notrunc 2>/dev/null`,
    },
    // Others, and none where there were some.
    meanwhile: {
      left: `${device}; { seq 4000000 -1 1; head -c 40M /dev/zero; } | dd of="$device" bs=1M iflag=fullblock conv=notrunc 2>/dev/null`,
    },
    work: apply(pair(blocks, 'sync:\n  twin: { from: volume.near, to: volume.far, method: blocks }\n')),
  },
  {
    name: 'destroy',
    before: [apply(one({ more: ', reuse: true' }))],
    data: filled,
    work: { kind: 'destroy', text: one({ more: ', reuse: true' }) },
    look: apply(one({ more: ', reuse: true' })),
  },
]
