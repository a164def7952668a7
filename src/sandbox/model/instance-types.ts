import type { CpuOptions } from './instance.js'

export interface InstanceType {
  readonly name: string
  readonly vcpus: number
  readonly threadsPerCore: 1 | 2
  readonly memoryMiB: number
  readonly architecture: 'x86_64' | 'arm64'
  readonly hypervisor: 'nitro' | 'xen'
  readonly network: string
  /** `shared`: network interfaces count against the limit of attachments. */
  readonly attachmentsMaximum: number
  readonly burstable: boolean
  readonly manufacturer: 'Intel' | 'AMD' | 'AWS'
  readonly clockGHz: number
  readonly freeTier: boolean
}

type Row = readonly [name: string, vcpus: number, memoryGiB: number, network: string]
type Family = Pick<
  InstanceType,
  'architecture' | 'hypervisor' | 'manufacturer' | 'clockGHz' | 'burstable' | 'threadsPerCore'
>

const intel = {
  architecture: 'x86_64',
  hypervisor: 'nitro',
  manufacturer: 'Intel',
  burstable: false,
  threadsPerCore: 2,
} as const
const graviton = {
  architecture: 'arm64',
  hypervisor: 'nitro',
  manufacturer: 'AWS',
  burstable: false,
  threadsPerCore: 1,
} as const
const upTo = (gigabit: number | string) => `Up to ${gigabit} Gigabit`

/** Figures: AWS, "Amazon EC2 instance types", specifications pages of 2026. */
const families: readonly (readonly [Family, readonly Row[]])[] = [
  [
    { ...intel, hypervisor: 'xen', burstable: true, clockGHz: 2.5, threadsPerCore: 1 },
    [
      ['t2.nano', 1, 0.5, 'Low to Moderate'],
      ['t2.micro', 1, 1, 'Low to Moderate'],
      ['t2.small', 1, 2, 'Low to Moderate'],
      ['t2.medium', 2, 4, 'Low to Moderate'],
      ['t2.large', 2, 8, 'Low to Moderate'],
    ],
  ],
  [
    { ...intel, hypervisor: 'xen', clockGHz: 2.3 },
    [
      ['m4.large', 2, 8, 'Moderate'],
      ['m4.xlarge', 4, 16, 'High'],
    ],
  ],
  [
    { ...intel, burstable: true, clockGHz: 2.5 },
    [
      ['t3.nano', 2, 0.5, upTo(5)],
      ['t3.micro', 2, 1, upTo(5)],
      ['t3.small', 2, 2, upTo(5)],
      ['t3.medium', 2, 4, upTo(5)],
      ['t3.large', 2, 8, upTo(5)],
      ['t3.xlarge', 4, 16, upTo(5)],
      ['t3.2xlarge', 8, 32, upTo(5)],
    ],
  ],
  [
    { ...intel, manufacturer: 'AMD', burstable: true, clockGHz: 2.2 },
    [
      ['t3a.nano', 2, 0.5, upTo(5)],
      ['t3a.micro', 2, 1, upTo(5)],
      ['t3a.small', 2, 2, upTo(5)],
      ['t3a.medium', 2, 4, upTo(5)],
      ['t3a.large', 2, 8, upTo(5)],
      ['t3a.xlarge', 4, 16, upTo(5)],
      ['t3a.2xlarge', 8, 32, upTo(5)],
    ],
  ],
  [
    { ...graviton, burstable: true, clockGHz: 2.5 },
    [
      ['t4g.nano', 2, 0.5, upTo(5)],
      ['t4g.micro', 2, 1, upTo(5)],
      ['t4g.small', 2, 2, upTo(5)],
      ['t4g.medium', 2, 4, upTo(5)],
      ['t4g.large', 2, 8, upTo(5)],
      ['t4g.xlarge', 4, 16, upTo(5)],
      ['t4g.2xlarge', 8, 32, upTo(5)],
    ],
  ],
  [
    { ...intel, clockGHz: 3.1 },
    [
      ['m5.large', 2, 8, upTo(10)],
      ['m5.xlarge', 4, 16, upTo(10)],
      ['m5.2xlarge', 8, 32, upTo(10)],
    ],
  ],
  [
    { ...intel, clockGHz: 3.5 },
    [
      ['m6i.large', 2, 8, upTo(12.5)],
      ['m6i.xlarge', 4, 16, upTo(12.5)],
      ['m6i.2xlarge', 8, 32, upTo(12.5)],
      ['c6i.large', 2, 4, upTo(12.5)],
      ['c6i.xlarge', 4, 8, upTo(12.5)],
      ['c6i.2xlarge', 8, 16, upTo(12.5)],
      ['r6i.large', 2, 16, upTo(12.5)],
      ['r6i.xlarge', 4, 32, upTo(12.5)],
      ['r6i.2xlarge', 8, 64, upTo(12.5)],
    ],
  ],
  [
    { ...intel, clockGHz: 3.2 },
    [
      ['m7i.large', 2, 8, upTo(12.5)],
      ['m7i.xlarge', 4, 16, upTo(12.5)],
      ['m7i.2xlarge', 8, 32, upTo(12.5)],
    ],
  ],
  [
    { ...graviton, clockGHz: 2.6 },
    [
      ['m7g.medium', 1, 4, upTo(12.5)],
      ['m7g.large', 2, 8, upTo(12.5)],
      ['m7g.xlarge', 4, 16, upTo(12.5)],
      ['m7g.2xlarge', 8, 32, upTo(15)],
      ['c7g.medium', 1, 2, upTo(12.5)],
      ['c7g.large', 2, 4, upTo(12.5)],
      ['c7g.xlarge', 4, 8, upTo(12.5)],
      ['c7g.2xlarge', 8, 16, upTo(15)],
      ['r7g.medium', 1, 8, upTo(12.5)],
      ['r7g.large', 2, 16, upTo(12.5)],
      ['r7g.xlarge', 4, 32, upTo(12.5)],
      ['r7g.2xlarge', 8, 64, upTo(15)],
    ],
  ],
]

/** `shared` limit of Nitro types (EC2 User Guide, "EBS volume limits"): 28 attachments of which one is the interface. */
const nitroAttachments = 28
/** Xen: more than 40 volumes are documented as unsupported. */
const xenAttachments = 40

export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  families.flatMap(([family, rows]) =>
    rows.map(([name, vcpus, memoryGiB, network]) => [
      name,
      {
        ...family,
        name,
        vcpus,
        memoryMiB: memoryGiB * 1024,
        network,
        attachmentsMaximum: family.hypervisor === 'nitro' ? nitroAttachments : xenAttachments,
        freeTier: name === 't2.micro' || name === 't3.micro',
      },
    ]),
  ),
)

/** What Local Zones have of it: a few sizes of a few families. */
export function isOfferedLocally({ name }: InstanceType): boolean {
  return name === 't3.medium' || name === 't3.xlarge' || name === 'm5.2xlarge'
}

/** us-east-1e is an old zone without Nitro types; everything else is offered everywhere. */
export function isOffered(type: InstanceType, zone: string): boolean {
  return zone !== 'us-east-1e' || type.hypervisor === 'xen'
}

/** All that a type has. */
export function defaultCpuOptions({ vcpus, threadsPerCore }: InstanceType): CpuOptions {
  return { coreCount: vcpus / threadsPerCore, threadsPerCore }
}
