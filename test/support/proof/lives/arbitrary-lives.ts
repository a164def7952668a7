import fc from 'fast-check'
import { image } from '../stacks.js'
import { deaths, type Doom } from './doomed-process.js'

/** What a stack file says, in the words in which it is chosen; two of these are edits of one another. */
export interface LifeStack {
  readonly servers: readonly {
    readonly name: string
    readonly count: number | undefined
    readonly image: string
    readonly type: string
    readonly state: string
    readonly elasticIp: boolean
    readonly replace: string
    readonly root: string | undefined
    readonly group: boolean
  }[]
  readonly volumes: readonly {
    readonly name: string
    /** Which of the servers; undefined for none. */
    readonly on: number | undefined
    readonly size: number
    readonly onRemove: string
    readonly reuse: boolean
  }[]
  readonly port: number
  readonly team: string | undefined
}

/** What somebody does in the AWS console. */
export const hands = [
  'stop',
  'terminate',
  'detach',
  'delete-volume',
  'rename',
  'untag',
  'open-door',
  'disassociate',
] as const
export type Hand = (typeof hands)[number]

/** One turn of a life: what moves, and how the applies after it fare. */
export type Turn =
  | { readonly kind: 'edit'; readonly stack: LifeStack; readonly doom: Doom | undefined }
  | { readonly kind: 'hand'; readonly hand: Hand; readonly pick: number }
  | { readonly kind: 'snapshot'; readonly pick: number; readonly doom: Doom | undefined }
  | { readonly kind: 'checkpoint'; readonly doom: Doom | undefined }
  | { readonly kind: 'destroy'; readonly doom: Doom | undefined }

export interface Life {
  readonly chaos: boolean
  readonly seed: number
  readonly turns: readonly Turn[]
}

const server = (name: string) =>
  fc.record({
    name: fc.constant(name),
    count: fc.constantFrom(undefined, undefined, 1, 2),
    image: fc.constantFrom('debian-12-amd64-*', 'debian-12-amd64-*', 'debian-13-amd64-*'),
    type: fc.constantFrom('t3.small', 't3.small', 't3.medium'),
    state: fc.constantFrom('running', 'running', 'running', 'stopped'),
    elasticIp: fc.boolean(),
    replace: fc.constantFrom('launch-first', 'terminate-first'),
    root: fc.constantFrom(undefined, 'snapshot'),
    group: fc.boolean(),
  })

const volume = (name: string) =>
  fc.record({
    name: fc.constant(name),
    on: fc.constantFrom(undefined, 0, 0, 1, 2),
    size: fc.integer({ min: 1, max: 3 }),
    onRemove: fc.constantFrom('snapshot', 'snapshot', 'retain', 'delete'),
    reuse: fc.boolean(),
  })

const stack: fc.Arbitrary<LifeStack> = fc.record({
  servers: fc.subarray(['alpha', 'beta']).chain((names) => fc.tuple(...names.map(server))),
  volumes: fc.subarray(['data', 'logs']).chain((names) => fc.tuple(...names.map(volume))),
  port: fc.constantFrom(80, 443),
  team: fc.constantFrom(undefined, 'music'),
})

/** Most runs are over before the fortieth request. */
const doom = fc.option(fc.record({ request: fc.integer({ min: 5, max: 40 }), how: fc.constantFrom(...deaths) }), {
  nil: undefined,
})

const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('edit' as const), stack, doom }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('hand' as const), hand: fc.constantFrom(...hands), pick: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), pick: fc.nat(1), doom }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const), doom }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy' as const), doom }) },
)

/** Lives of a few turns; the first of each makes something. */
export const lives: fc.Arbitrary<Life> = fc.record({
  chaos: fc.constantFrom(false, false, true),
  seed: fc.nat(1_000_000),
  turns: fc
    .tuple(
      fc.record({ kind: fc.constant('edit' as const), stack, doom }),
      fc.array(turn, { minLength: 1, maxLength: 5 }),
    )
    .map(([first, others]) => [first, ...others]),
})

/** The file that says it. */
export function textOf({ servers, volumes, port, team }: LifeStack): string {
  const members = servers.flatMap(({ name, count }) =>
    count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}[${index}]`),
  )
  const lines = ['evenkeel: 1', 'stack: life', 'target: sandbox']
  if (team !== undefined) lines.push(`tags: { team: ${team} }`)
  if (servers.some(({ group }) => group)) {
    lines.push('securityGroups:', '  web:', '    description: web', '    ingress:')
    lines.push('      - { port: 22, from: my-ip }', `      - { port: ${port}, from: 0.0.0.0/0 }`)
  }
  if (servers.length > 0) lines.push('servers:')
  for (const { name, count, image: of, type, state, elasticIp, replace, root, group } of servers) {
    const words = [
      ...(count === undefined ? [] : [`count: ${count}`]),
      `image: ${image.replace('debian-12-amd64-*', of)}`,
      `type: ${type}, zone: us-east-1a, state: ${state}, elasticIp: ${elasticIp}, replace: ${replace}`,
      ...(root === undefined ? [] : [`rootVolume: { onRemove: ${root} }`]),
      ...(group ? ['securityGroups: [web]'] : []),
    ]
    lines.push(`  ${name}: { ${words.join(', ')} }`)
  }
  if (volumes.length > 0) lines.push('volumes:')
  for (const { name, on, size, onRemove, reuse } of volumes) {
    const place = on === undefined ? undefined : members[on % Math.max(1, members.length)]
    const where = place === undefined ? 'zone: us-east-1a' : `server: '${place}', mount: /srv/${name}`
    lines.push(`  ${name}: { ${where}, size: ${size}, onRemove: ${onRemove}, reuse: ${reuse} }`)
  }
  return `${lines.join('\n')}\n`
}
