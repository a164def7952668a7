import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CloudPort, CloudQuery, LaunchRequest, Once, Owner, VolumeRequest } from '../../src/executor/ports.js'
import { createEc2Cloud, type Ec2Options, type Ec2Target } from '../../src/providers/ec2/cloud.js'
import { tagKeys, type Tags } from '../../src/model/tags.js'
import { createSandbox, type RequestRecord, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.js'
import { addressOf, type Address } from '../../src/model/address.js'
import { type ResourceKind } from '../../src/model/kinds/kinds.js'

/** A sandbox of its own in this process, and the provider against it over HTTP, with short pauses. */
export interface Fixture {
  readonly sandbox: Sandbox
  readonly cloud: CloudPort
  readonly target: Ec2Target
  /** Another provider against the same sandbox, e.g. another process's. */
  connect(options?: Ec2Options, target?: Ec2Target): CloudPort
  /** What was asked since the last call of this, EC2 alone. */
  requests(): readonly RequestRecord[]
  close(): Promise<void>
}

/** Two seconds between polls become 4 ms. */
const quick: Ec2Options = { pollScale: 0.002 }

export async function startFixture(options: Partial<SandboxOptions> = {}): Promise<Fixture> {
  const stateDir = mkdtempSync(join(tmpdir(), 'evenkeel-provider-'))
  const sandbox = await createSandbox({ stateDir, hosts: 'none', latencies: 'zero', ...options })
  const target: Ec2Target = {
    endpoint: sandbox.endpoint,
    isSandbox: true,
    region: sandbox.region,
    credentials: { accessKeyId: sandbox.accessKeyId, secretAccessKey: sandbox.secretAccessKey },
  }
  const clouds: CloudPort[] = []
  const connect = (more: Ec2Options = {}, other: Ec2Target = {}) => {
    const cloud = createEc2Cloud({ ...target, ...other }, { ...quick, ...more })
    clouds.push(cloud)
    return cloud
  }
  let seen = 0
  return {
    sandbox,
    target,
    cloud: connect(),
    connect,
    requests: () => {
      const all = sandbox.requests().filter(({ service }) => service === 'ec2')
      const fresh = all.slice(seen)
      seen = all.length
      return fresh
    },
    close: async () => {
      for (const cloud of clouds) cloud.close()
      await sandbox.close()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

export const stack = 'music-staging'

/** The newest Debian 12 of the sandbox's catalogue. */
export const debian = {
  kind: 'name',
  owner: '136693071363',
  name: 'debian-12-amd64-*',
  architecture: 'x86_64',
} as const

export const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFLwiwbmsMHphwEtNNi2sVmTPeqXm1lHhtyIl5cQ5pHH'

export function ownerOf(address: Address): Owner {
  return { stack, address }
}

export function tagsFor(kind: ResourceKind, name: string, index?: number): Tags {
  return { [tagKeys.stack]: stack, [tagKeys.address]: addressOf(kind, name, index), [tagKeys.run]: 'run-1' }
}

export function emptyQuery(more: Partial<CloudQuery> = {}): CloudQuery {
  return { stack, images: [], subnets: [], volumeIds: [], snapshotIds: [], operatorIp: false, ...more }
}

let operations = 0

/** A token that no other operation of this run has. */
export function once(): string {
  operations += 1
  return `ek-${process.pid}-${operations}`
}

export function volumeRequest(name: string, more: Partial<VolumeRequest & Once> = {}): VolumeRequest & Once {
  return {
    once: once(),
    zone: 'us-east-1a',
    sizeGiB: 10,
    type: 'gp3',
    iops: undefined,
    throughputMiBps: undefined,
    encrypted: undefined,
    kmsKey: undefined,
    snapshotId: undefined,
    tags: tagsFor('volume', name),
    ...more,
  }
}

/** What a launch needs beside itself: an image, a key pair and a group. */
export interface Ground {
  readonly imageId: string
  readonly rootDeviceName: string
  readonly keyName: string
  readonly groupId: string
}

export async function prepareGround(cloud: CloudPort): Promise<Ground> {
  const [facts, , group] = await Promise.all([
    cloud.observe(emptyQuery({ images: [debian] })),
    cloud.importKeyPair({ keyName: `${stack}-deploy`, publicKey, tags: tagsFor('keyPair', 'deploy'), once: once() }),
    cloud.createSecurityGroup({
      groupName: `${stack}-web`,
      description: 'web tier',
      vpcId: undefined,
      tags: tagsFor('securityGroup', 'web'),
      once: once(),
    }),
  ])
  const image = Object.values(facts.images)[0]
  if (image === undefined) throw new Error('the sandbox has no Debian 12')
  return { imageId: image.id, rootDeviceName: image.rootDeviceName, keyName: `${stack}-deploy`, groupId: group.id }
}

export function launchRequest(
  ground: Ground,
  name = 'web',
  more: Partial<LaunchRequest & Once> = {},
): LaunchRequest & Once {
  return {
    once: once(),
    imageId: ground.imageId,
    rootDeviceName: ground.rootDeviceName,
    type: 't3.small',
    zone: 'us-east-1a',
    subnetId: undefined,
    keyName: ground.keyName,
    groupIds: [ground.groupId],
    rootVolume: { sizeGiB: 16, type: 'gp3' },
    userData: undefined,
    protect: false,
    tags: tagsFor('server', name),
    rootVolumeTags: { ...tagsFor('server', name), [tagKeys.role]: 'root' },
    ...more,
  }
}
