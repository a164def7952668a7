import { stableId } from './ids.js'
import type { VolumeType } from './volume-types.js'

export type ImageState = 'pending' | 'available' | 'failed' | 'deregistered'

export interface Image {
  readonly id: string
  readonly sequence: number
  readonly state: ImageState
  /** Accounts that may launch it, and `all`. */
  readonly sharedWith: readonly string[]
  readonly name: string
  readonly description: string
  readonly ownerId: string
  readonly ownerAlias: string | undefined
  readonly architecture: 'x86_64' | 'arm64'
  readonly root: ImageDisk
  /** Beside the root disk. */
  readonly disks: readonly ImageDisk[]
  readonly loginUser: string
  readonly imdsV2Required: boolean
  /** Whether EC2 Instance Connect's package is on it; absent of an image of one's own, whose disk says it. */
  readonly instanceConnect?: boolean
  readonly createdAtMs: number
  /** Absent: never. */
  readonly deprecatedAtMs: number | undefined
  /** What it was made of; absent of the catalogue's. */
  readonly madeOf?: { readonly instanceId?: string; readonly imageId?: string; readonly region?: string }
}

/** A disk that a launch of the image makes. */
export interface ImageDisk {
  readonly deviceName: string
  readonly snapshotId: string
  readonly sizeGiB: number
  readonly type: VolumeType
  readonly iops: number | undefined
  readonly throughput: number | undefined
  readonly encrypted: boolean
  readonly deleteOnTermination: boolean
}

type Line = Pick<
  Image,
  'description' | 'ownerId' | 'ownerAlias' | 'loginUser' | 'imdsV2Required' | 'instanceConnect'
> & {
  readonly rootDeviceName: string
  readonly rootSizeGiB: number
  readonly rootVolumeType: VolumeType
  /** `{arch}` is the distribution's own word for the architecture, `{build}` the build. */
  readonly name: string
  readonly architectures: readonly (readonly [architecture: Image['architecture'], word: string])[]
  /** Name's build part -> the day it was published, oldest first. */
  readonly builds: readonly (readonly [build: string, date: string])[]
}

const amd64AndArm64 = [
  ['x86_64', 'amd64'],
  ['arm64', 'arm64'],
] as const

const debian = {
  ownerId: '136693071363',
  ownerAlias: undefined,
  rootDeviceName: '/dev/xvda',
  rootSizeGiB: 8,
  rootVolumeType: 'gp3',
  loginUser: 'admin',
  imdsV2Required: false,
  instanceConnect: false,
  architectures: amd64AndArm64,
} as const

const ubuntu = {
  ownerId: '099720109477',
  ownerAlias: undefined,
  rootDeviceName: '/dev/sda1',
  rootSizeGiB: 8,
  loginUser: 'ubuntu',
  imdsV2Required: false,
  instanceConnect: true,
  architectures: amd64AndArm64,
} as const

/**
 * Owners, name patterns, root devices and users are those of the real images, and which of them have EC2 Instance Connect (EC2 User
 * Guide, "Install EC2 Instance Connect": Amazon Linux 2023 and Ubuntu 20.04 or later come with it); ids and builds are the sandbox's own.
 */
const lines: readonly Line[] = [
  {
    ...debian,
    name: 'debian-12-{arch}-{build}',
    description: 'Debian 12 ({build})',
    builds: [
      ['20250316-2053', '2025-03-16'],
      ['20250814-2204', '2025-08-14'],
      ['20260210-2384', '2026-02-10'],
    ],
  },
  {
    ...debian,
    name: 'debian-13-{arch}-{build}',
    description: 'Debian 13 ({build})',
    builds: [
      ['20250814-2204', '2025-08-14'],
      ['20260112-2355', '2026-01-12'],
      ['20260601-2496', '2026-06-01'],
    ],
  },
  {
    ...ubuntu,
    name: 'ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-{arch}-server-{build}',
    description: 'Canonical, Ubuntu, 22.04 LTS, {arch} jammy image build on {build}',
    rootVolumeType: 'gp2',
    builds: [
      ['20250516', '2025-05-16'],
      ['20260114', '2026-01-14'],
    ],
  },
  {
    ...ubuntu,
    name: 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{arch}-server-{build}',
    description: 'Canonical, Ubuntu, 24.04, {arch} noble image build on {build}',
    rootVolumeType: 'gp3',
    builds: [
      ['20250610', '2025-06-10'],
      ['20260305', '2026-03-05'],
    ],
  },
  {
    name: 'al2023-ami-{build}-kernel-6.1-{arch}',
    description: 'Amazon Linux 2023 AMI {build} {arch} HVM kernel-6.1',
    ownerId: '137112412989',
    ownerAlias: 'amazon',
    rootDeviceName: '/dev/xvda',
    rootSizeGiB: 8,
    rootVolumeType: 'gp3',
    loginUser: 'ec2-user',
    imdsV2Required: true,
    instanceConnect: true,
    architectures: [
      ['x86_64', 'x86_64'],
      ['arm64', 'arm64'],
    ],
    builds: [
      ['2023.7.20250512.0', '2025-05-12'],
      ['2023.10.20260202.2', '2026-02-02'],
    ],
  },
]

/**
 * On EC2 public images are deprecated two years after they were made (EC2 User Guide, "Deprecate an AMI"), and newer ones
 * have come by then. None comes here: nothing of the catalogue goes by the calendar.
 */
const deprecationYears = 100

/** Said of each image: the name, the login user and the root disk are the image's, and nothing else is. */
const inTheSandbox = 'in the sandbox: the system, packages and processor of the machine that it runs on'

/** The images of a region, oldest first; the same ids at every start. */
export function catalogueOf(region: string): readonly Image[] {
  const images = lines.flatMap((line) =>
    line.builds.flatMap(([build, date]) =>
      line.architectures.map(([architecture, word]) => {
        const fill = (text: string) => text.replaceAll('{arch}', word).replaceAll('{build}', build)
        const name = fill(line.name)
        const created = new Date(`${date}T09:00:00Z`)
        const deprecated = new Date(created)
        deprecated.setUTCFullYear(created.getUTCFullYear() + deprecationYears)
        return {
          id: stableId('ami', region, name),
          name,
          description: `${fill(line.description)} (${inTheSandbox})`,
          ownerId: line.ownerId,
          ownerAlias: line.ownerAlias,
          architecture,
          state: 'available' as const,
          sharedWith: ['all'],
          root: {
            deviceName: line.rootDeviceName,
            snapshotId: stableId('snap', region, name),
            sizeGiB: line.rootSizeGiB,
            type: line.rootVolumeType,
            iops: undefined,
            throughput: undefined,
            encrypted: false,
            deleteOnTermination: true,
          },
          disks: [],
          loginUser: line.loginUser,
          imdsV2Required: line.imdsV2Required,
          instanceConnect: line.instanceConnect === true,
          createdAtMs: created.getTime(),
          deprecatedAtMs: deprecated.getTime(),
        }
      }),
    ),
  )
  images.sort((left, right) => left.createdAtMs - right.createdAtMs)
  // Before everything of the account.
  return images.map((image, index) => ({ ...image, sequence: index - images.length }))
}

/** Public SSM parameter name -> the name pattern of the images whose newest it holds, and their architecture. */
const parameterRules: readonly (readonly [parameter: string, prefix: string, architecture: Image['architecture']])[] = [
  ...(['12', '13'] as const).flatMap((release) => [
    [`/aws/service/debian/release/${release}/latest/amd64`, `debian-${release}-`, 'x86_64'] as const,
    [`/aws/service/debian/release/${release}/latest/arm64`, `debian-${release}-`, 'arm64'] as const,
  ]),
  ...(
    [
      ['22.04', 'hvm/ebs-gp2', 'ubuntu/images/hvm-ssd/ubuntu-jammy'],
      ['24.04', 'hvm/ebs-gp3', 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble'],
    ] as const
  ).flatMap(([release, disk, prefix]) => [
    [`/aws/service/canonical/ubuntu/server/${release}/stable/current/amd64/${disk}/ami-id`, prefix, 'x86_64'] as const,
    [`/aws/service/canonical/ubuntu/server/${release}/stable/current/arm64/${disk}/ami-id`, prefix, 'arm64'] as const,
  ]),
  ...(['kernel-default', 'kernel-6.1'] as const).flatMap((kernel) => [
    [`/aws/service/ami-amazon-linux-latest/al2023-ami-${kernel}-x86_64`, 'al2023-ami-', 'x86_64'] as const,
    [`/aws/service/ami-amazon-linux-latest/al2023-ami-${kernel}-arm64`, 'al2023-ami-', 'arm64'] as const,
  ]),
]

export interface PublicParameter {
  readonly name: string
  readonly value: string
  readonly version: number
  readonly modifiedAtMs: number
}

/** The names of all public parameters of the catalogue. */
export const publicParameterNames: readonly string[] = parameterRules.map(([name]) => name)

/** The public SSM parameter of this name in a region, or undefined. */
export function findPublicParameter(images: readonly Image[], name: string): PublicParameter | undefined {
  const rule = parameterRules.find(([parameter]) => parameter === name)
  if (!rule) return undefined
  const matching = images.filter((image) => image.name.startsWith(rule[1]) && image.architecture === rule[2])
  const newest = matching.at(-1)
  return newest && { name, value: newest.id, version: matching.length, modifiedAtMs: newest.createdAtMs }
}
