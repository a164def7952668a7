import type { Random } from '../../../../src/core/clock.js'
import { image } from '../../stacks.js'

/** What a stack file of the fleet says at a time. */
export interface StackWish {
  readonly name: string
  readonly isAtOnce: boolean
  readonly servers: number
  readonly type: string
  /** GiB of the volume that is kept. It grows once: EC2 changes a volume four times in a day. */
  readonly size: number
  /** A volume that comes and goes, and leaves a snapshot. */
  readonly hasExtra: boolean
}

/** Three that are applied at once, and five after review. */
export const firstWishes: readonly StackWish[] = Array.from({ length: 8 }, (_, index) => ({
  name: `s${index + 1}`,
  isAtOnce: index >= 5,
  servers: 1,
  type: 't3.micro',
  size: 1,
  hasExtra: false,
}))

/** Everything moves a little between two rounds. */
export function changed(wish: StackWish, random: Random): StackWish {
  const servers = 1 + Math.floor(random() * 3)
  const type = random() < 0.3 ? 't3.small' : 't3.micro'
  return { ...wish, servers, type, size: random() < 0.2 ? 2 : wish.size, hasExtra: random() < 0.5 }
}

/** `kept` is the volume whose bytes matter: it is in the file at all times. */
export function stackText({ name, servers, type, size, hasExtra }: StackWish): string {
  return `evenkeel: 1
stack: ${name}
target: sandbox
servers:
  web: { count: ${servers}, image: ${image}, type: ${type}, zone: us-east-1a }
volumes:
  kept: { server: 'web[0]', size: ${size} }
  data: { server: 'web[*]', size: 1, onRemove: delete }
${hasExtra ? '  extra: { size: 1, zone: us-east-1a, onRemove: snapshot }\n' : ''}`
}

export function fleetText(wishes: readonly StackWish[]): string {
  const atOnce = wishes
    .filter(({ isAtOnce }) => isAtOnce)
    .map(({ name }) => `  - match: ${name}.stack.yaml\n    apply: at-once`)
  return `evenkeel: 1
fleet: chaos
stacks:
  - files: ['*.stack.yaml']
overrides:
${atOnce.join('\n')}
limits:
  - { account: sandbox, atOnce: 8 }
`
}

/** What has to be there, by the address in its tags, with how often. */
export function expectedOf({ name, servers, hasExtra }: StackWish): ReadonlyMap<string, number> {
  const members = Array.from({ length: servers }, (_, index) => index)
  return new Map([
    ...members.map((index) => [`instance ${name}/server.web[${index}]`, 1] as const),
    ...members.map((index) => [`volume ${name}/volume.data[${index}]`, 1] as const),
    [`volume ${name}/volume.kept`, 1],
    ...(hasExtra ? [[`volume ${name}/volume.extra`, 1] as const] : []),
  ])
}
