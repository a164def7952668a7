import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import type { LiveServer } from '../../src/model/kinds/server.js'
import type { LiveVolume } from '../../src/model/kinds/volume.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan } from '../../src/planner/make-plan.js'
import { emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { head } from '../support/stack-texts.js'

interface Words {
  readonly server?: string
  readonly volume?: string
  readonly group?: string
}

const image = 'image: ami-00000001, type: t3.small'
const disk = 'size: 10, type: gp3'
const doors = 'ingress: [{ port: 22, from: my-ip }]'

const file = ({ server = image, volume = disk, group = doors }: Words) => `${head}securityGroups:
  web: { description: web, ${group} }
servers:
  web: { ${server}, securityGroups: [web] }
volumes:
  data: { server: web, mount: /srv, ${volume} }
`

const planOf = (text: string, live: LiveStack) =>
  makePlan(specOf(text), { ...live, images: { ...live.images, ...imagesFor(specOf(text)) } }, { run: 'run-2' })

function settled(text: string, live: LiveStack = emptyLive(specOf(text))): LiveStack {
  const { live: after, failed } = applyPlan(planOf(text, live), live)
  expect(failed).toEqual([])
  return after
}

const serverAs = (change: Partial<LiveServer>) => (live: LiveStack) => ({
  ...live,
  servers: live.servers.map((server) => ({ ...server, ...change })),
})
const volumeAs = (change: Partial<LiveVolume>) => (live: LiveStack) => ({
  ...live,
  volumes: live.volumes.map((volume) => ({ ...volume, ...change })),
})
const tagged = (key: string, value: string | undefined) => (live: LiveStack) => ({
  ...live,
  servers: live.servers.map((server) => {
    const { [key]: _old, ...tags } = server.tags
    return { ...server, tags: value === undefined ? tags : { ...tags, [key]: value } }
  }),
})
const opened = (live: LiveStack): LiveStack => ({
  ...live,
  securityGroups: live.securityGroups.map((group) => ({
    ...group,
    ingress: [
      ...group.ingress,
      {
        protocol: 'tcp',
        fromPort: 9,
        toPort: 9,
        source: { kind: 'cidr', cidr: '192.0.2.0/24' },
        description: undefined,
      },
    ],
  })),
})
const asItIs = (live: LiveStack) => live

const team = (value: string) => `${image}, tags: { team: ${value}, cost: x }`

/** What is left alone, the file as it is applied, what somebody does by hand, and the file after that. */
const cases: readonly (readonly [string, keyof Words, string, (live: LiveStack) => LiveStack, string])[] = [
  ['type', 'server', image, serverAs({ type: 't3.large' }), image.replace('t3.small', 't3.medium')],
  ['image', 'server', image, asItIs, image.replace('ami-00000001', 'ami-00000002')],
  ['state', 'server', image, serverAs({ state: 'stopped' }), `${image}, state: running`],
  ['zone', 'server', `${image}, zone: us-east-1a`, asItIs, `${image}, zone: us-east-1b`],
  ['securityGroups', 'server', image, serverAs({ securityGroupIds: [] }), image],
  ['setup', 'server', `${image}, setup: ["true"]`, asItIs, `${image}, setup: ["false"]`],
  ['rootVolume', 'server', `${image}, rootVolume: { size: 9 }`, asItIs, `${image}, rootVolume: { size: 8 }`],
  [
    'userData',
    'server',
    `${image}, userData: a, onUserDataChange: replace`,
    asItIs,
    `${image}, userData: b, onUserDataChange: replace`,
  ],
  ['tags.team', 'server', team('a'), tagged('team', 'b'), team('c')],
  ['tags.team', 'server', team('a'), tagged('team', undefined), team('c')],
  ['tags.team', 'server', `${image}, tags: { cost: x }`, asItIs, team('c')],
  ['tags.team', 'server', team('a'), asItIs, `${image}, tags: { cost: x }`],
  ['tags.team', 'server', `${image}, tags: { team: a }`, tagged('team', 'b'), image],
  ['size', 'volume', disk, volumeAs({ sizeGiB: 40 }), disk.replace('10', '20')],
  ['type', 'volume', disk, volumeAs({ type: 'gp2', iops: 100, throughputMiBps: undefined }), `${disk}, iops: 4000`],
  ['iops', 'volume', disk, volumeAs({ iops: 5000 }), `${disk}, iops: 4000`],
  ['throughput', 'volume', disk, volumeAs({ throughputMiBps: 200 }), `${disk}, throughput: 150`],
  ['ingress', 'group', doors, opened, doors.replace('22', '23')],
]

describe('changes that are left alone', () => {
  it.each(cases)('%s of a %s: neither drift nor the file', (name, of, before, hand, after) => {
    const ignoring = (words: string) => file({ [of]: `${words}, ignoreChanges: [${name}]` })
    const live = hand(settled(ignoring(before)))
    const drifted = planOf(ignoring(before), live)
    expect({ steps: drifted.steps.map(({ id }) => id), problems: drifted.problems }).toEqual({
      steps: [],
      problems: [],
    })
    expect(driftOf(drifted).status).toBe('in-sync')
    const pending = planOf(ignoring(after), live)
    expect({ steps: pending.steps.map(({ id }) => id), problems: pending.problems }).toEqual({
      steps: [],
      problems: [],
    })
  })

  it.each(cases)('%s of a %s: seen again without the word', (_name, of, before, hand, after) => {
    const live = hand(settled(file({ [of]: before })))
    const changed = planOf(file({ [of]: after }), live)
    expect(changed.steps.length + changed.problems.length).toBeGreaterThan(0)
  })

  it.each(cases)('%s of a %s: made as the file says', (name, of, before) => {
    const [plain, ignoring] = [file({ [of]: before }), file({ [of]: `${before}, ignoreChanges: [${name}]` })]
    const made = (text: string) => {
      const { servers, volumes, securityGroups } = settled(text)
      return JSON.stringify([servers, volumes, securityGroups]).replaceAll(/ tags=\w+/g, '')
    }
    expect(made(ignoring)).toBe(made(plain))
  })

  it('heeds what else changes', () => {
    const ignoring = (words: string) => file({ server: `${words}, ignoreChanges: [tags.team]` })
    const live = settled(ignoring(team('a')))
    const changed = ignoring(team('b').replace('cost: x', 'cost: y'))
    expect(planOf(changed, live).changes.find(({ address }) => address === 'server.web')?.diffs).toMatchObject([
      { path: 'tags.cost', before: 'x', after: 'y' },
    ])
    const after = settled(changed, live)
    expect(after.servers[0]?.tags).toMatchObject({ team: 'a', cost: 'y' })
    expect(planOf(changed, after).steps).toEqual([])
  })

  it('grows nothing, and modifies the rest with what is live', () => {
    const text = (volume: string) => file({ volume: `${volume}, ignoreChanges: [size]` })
    const live = volumeAs({ sizeGiB: 40 })(settled(text(disk)))
    const { steps } = planOf(text(`${disk}, iops: 4000`), live)
    expect(steps.find(({ kind }) => kind === 'modify-volume')).toMatchObject({ sizeGiB: 40, iops: 4000 })
  })
})
