import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { openProofWorld, type ProofWorld } from '../support/proof/proof-world.js'
import { image } from '../support/stacks.js'

/** The index of tags shows what is new up to ten seconds late. */
const lagging = { visibilityDelayMs: { filter: 10_000 } }

const textOf = (web: string) => `
evenkeel: 1
stack: lag
target: sandbox
servers:
  web: { image: ${image}, type: t3.small, zone: us-east-1a${web} }
volumes:
  music: { server: web, size: 1, mount: /srv/music }
`
const withAddress = textOf(', elasticIp: true')
const withoutAddress = textOf('')

/** How many there are of each, whoever owns them, without root disks. */
async function countsOf({ client }: ProofWorld) {
  const instances = (await client.send(new DescribeInstancesCommand({}))).Reservations?.flatMap(
    ({ Instances }) => Instances ?? [],
  )
  const volumes = (await client.send(new DescribeVolumesCommand({}))).Volumes ?? []
  const templates = (await client.send(new DescribeLaunchTemplatesCommand({}))).LaunchTemplates ?? []
  return {
    instances: instances?.filter(({ State }) => State?.Name === 'running').length,
    volumes: volumes.filter(({ Size }) => Size === 1).length,
    addresses: (await client.send(new DescribeAddressesCommand({}))).Addresses?.length,
    snapshots: (await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))).Snapshots?.length,
    locks: templates.filter(({ LaunchTemplateName }) => LaunchTemplateName?.includes('lock')).length,
  }
}

/** Carries out `first`, killed when the nth request of an action has been carried out and before its answer; then `second`. */
async function killedAt(
  world: ProofWorld,
  action: string,
  first: Parameters<ProofWorld['run']>[1],
  second: Parameters<ProofWorld['run']>[1],
  how: 'lost' | 'before' = 'lost',
) {
  const process = await world.process({
    onRequest: (name) => {
      if (name === action && how === 'before') process.kill()
    },
    onAnswer: (name) => {
      if (name === action && how === 'lost') process.kill()
    },
  })
  await Promise.race([world.run(process, first), process.died])
  expect(process.isDead, `a request ${action}`).toBe(true)
  return world.run(await world.process(), second)
}

describe('an apply right after one that ended well, while tags show late', () => {
  it('believes the ledger and makes nothing twice', async () => {
    const world = await openProofWorld({ seed: 7, faults: lagging })
    const text = 'evenkeel: 1\nstack: lag\ntarget: sandbox\nvolumes:\n  music: { size: 1, zone: us-east-1a }\n'
    try {
      for (const _turn of [1, 2]) {
        const end = await world.run(await world.process(), { kind: 'apply', text })
        expect(end).toEqual({ converged: true, problems: [] })
      }
      expect(await countsOf(world)).toMatchObject({ volumes: 1, locks: 0 })
    } finally {
      await world.close()
    }
  })
})

describe('an apply right after a run that was killed, while tags show late', () => {
  it.each(['RunInstances', 'CreateVolume', 'AllocateAddress', 'AssociateAddress', 'AttachVolume'])(
    'makes nothing twice: killed at %s',
    async (action) => {
      const world = await openProofWorld({ seed: 7, faults: lagging })
      try {
        const apply = { kind: 'apply', text: withAddress } as const
        expect(await killedAt(world, action, apply, apply)).toEqual({ converged: true, problems: [] })
        expect(await countsOf(world)).toEqual({ instances: 1, volumes: 1, addresses: 1, snapshots: 0, locks: 0 })
      } finally {
        await world.close()
      }
    },
  )

  it.each(['AllocateAddress', 'RunInstances'])(
    'leaves no orphan of what the file has lost: killed at %s',
    async (action) => {
      const world = await openProofWorld({ seed: 3, faults: lagging })
      try {
        const first = { kind: 'apply', text: withAddress } as const
        const second = { kind: 'apply', text: withoutAddress } as const
        expect(await killedAt(world, action, first, second)).toEqual({ converged: true, problems: [] })
        expect(await countsOf(world)).toEqual({ instances: 1, volumes: 1, addresses: 0, snapshots: 0, locks: 0 })
      } finally {
        await world.close()
      }
    },
  )
})

describe('an apply after a run that was killed, while tags show later than anything waits for', () => {
  const minutes = { visibilityDelayMs: { filter: 300_000 } }

  // The launch itself asks by its token, and EC2 answers with what stands there. What else such a lag keeps from ending well fails.
  it.each([1, 2, 3])('launches by the token that the killed run has used: seed %i', async (seed) => {
    const world = await openProofWorld({ seed, faults: minutes })
    try {
      const text =
        'evenkeel: 1\nstack: lag\ntarget: sandbox\n' +
        `servers:\n  web: { image: ${image}, type: t3.small, zone: us-east-1a }\n`
      const apply = { kind: 'apply', text } as const
      await killedAt(world, 'RunInstances', apply, apply)
      expect(await countsOf(world)).toMatchObject({ instances: 1 })
    } finally {
      await world.close()
    }
  })
})

describe('an apply after a run that was killed at an allocation, while tags show later than anything waits for', () => {
  // AllocateAddress takes no token, and a listing without a filter needs no index.
  it.each([1, 2, 3])('allocates no second address: seed %i', async (seed) => {
    const world = await openProofWorld({ seed, faults: { visibilityDelayMs: { filter: 300_000 } } })
    try {
      const apply = { kind: 'apply', text: withAddress } as const
      await killedAt(world, 'AllocateAddress', apply, apply)
      expect(await countsOf(world)).toMatchObject({ addresses: 1 })
    } finally {
      await world.close()
    }
  })
})

describe('an apply right after one whose call was refused behind an attempt without an answer, while tags show late', () => {
  it('makes nothing twice', async () => {
    const world = await openProofWorld({ seed: 5, faults: lagging })
    try {
      const text = 'evenkeel: 1\nstack: lag\ntarget: sandbox\nvolumes:\n  music: { size: 1, zone: us-east-1a }\n'
      const apply = { kind: 'apply', text } as const
      const refusal = { code: 'UnauthorizedOperation', httpStatus: 403 }
      world.setFaults({
        ...lagging,
        scripted: [
          { action: 'CreateVolume', call: 1, failure: 'lost-response' },
          { action: 'CreateVolume', call: 2, failure: refusal },
        ],
      })
      expect(await world.run(await world.process(), apply)).toMatchObject({ converged: false })
      world.setFaults(lagging)
      expect(await world.run(await world.process(), apply)).toEqual({ converged: true, problems: [] })
      expect(await countsOf(world)).toMatchObject({ volumes: 1, locks: 0 })
    } finally {
      await world.close()
    }
  })
})

describe('a plan right after an apply that ended well, while tags show late', () => {
  it.each([1, 2, 3, 4])('believes the ledger before one empty listing: seed %i', async (seed) => {
    const world = await openProofWorld({ seed, faults: { visibilityDelayMs: { filter: 11_000 } } })
    try {
      const volume = `
evenkeel: 1
stack: lag
target: sandbox
volumes:
  music: { size: 1, zone: us-east-1a }
`
      const apply = { kind: 'apply', text: volume } as const
      expect((await world.run(await world.process(), apply)).converged).toBe(true)
      expect(await world.leftToDo(volume)).toEqual([])
      expect((await countsOf(world)).volumes).toBe(1)
    } finally {
      await world.close()
    }
  })
})

describe('a destroy that is killed between a snapshot and the end of its volume', () => {
  it.each([{}, lagging])('leaves one snapshot, by the next: %j', async (faults) => {
    const world = await openProofWorld({ seed: 11, faults })
    try {
      const text = withoutAddress
      expect((await world.run(await world.process(), { kind: 'apply', text })).converged).toBe(true)
      const destroy = { kind: 'destroy', text } as const
      const end = await killedAt(world, 'DeleteVolume', destroy, destroy, 'before')
      expect(end).toEqual({ converged: true, problems: [] })
      expect(await countsOf(world)).toMatchObject({ instances: 0, volumes: 0, snapshots: 1, locks: 0 })
    } finally {
      await world.close()
    }
  })
})
