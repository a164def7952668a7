import fc from 'fast-check'
import { image } from '../../stacks.js'
import { deaths } from '../doomed-process.js'
import { hands, type Life, type Turn } from './life.js'

/** What a stack file says, in the words in which it is chosen; two of these are edits of one another. */
interface LifeStack {
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
    /** How many snapshots of its schedule are kept; undefined: it has none. */
    readonly keep: number | undefined
  }[]
  readonly port: number
  readonly team: string | undefined
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
    keep: fc.constantFrom(undefined, undefined, 1, 2),
  })

const stack: fc.Arbitrary<LifeStack> = fc.record({
  servers: fc.subarray(['alpha', 'beta']).chain((names) => fc.tuple(...names.map(server))),
  volumes: fc.subarray(['data', 'logs']).chain((names) => fc.tuple(...names.map(volume))),
  port: fc.constantFrom(80, 443),
  team: fc.constantFrom(undefined, 'music'),
})

/** None or one: most runs are over before the fortieth request. */
const dooms = fc.array(fc.record({ request: fc.integer({ min: 5, max: 40 }), how: fc.constantFrom(...deaths) }), {
  maxLength: 1,
})

const text = stack.map(textOf)
const edit = fc.record({ kind: fc.constant('edit' as const), text, dooms })

const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 5, arbitrary: edit },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('hand' as const),
      hand: fc.constantFrom(...hands),
      pick: fc.nat(5),
      dooms,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), pick: fc.nat(1), dooms }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('checkpoint' as const, 'restore' as const), dooms }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy' as const), dooms }) },
)

/** Lives of a few turns; the first of each makes something. */
export const lives: fc.Arbitrary<Life> = fc.record({
  chaos: fc.constantFrom(undefined, undefined, 'rough' as const),
  seed: fc.nat(1_000_000),
  turns: fc.tuple(edit, fc.array(turn, { minLength: 1, maxLength: 5 })).map(([first, others]) => [first, ...others]),
})

/** The file that says it. */
function textOf({ servers, volumes, port, team }: LifeStack): string {
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
  for (const { name, on, size, onRemove, reuse, keep } of volumes) {
    const place = on === undefined ? undefined : members[on % Math.max(1, members.length)]
    const where = place === undefined ? 'zone: us-east-1a' : `server: '${place}', mount: /srv/${name}`
    const schedule = keep === undefined ? '' : `, snapshots: { every: 24h, keep: { last: ${keep} } }`
    lines.push(`  ${name}: { ${where}, size: ${size}, onRemove: ${onRemove}, reuse: ${reuse}${schedule} }`)
  }
  return `${lines.join('\n')}\n`
}
