/** A network interface that somebody made by itself. That with which an instance was launched is part of the instance. */
export interface NetworkInterface {
  readonly id: string
  readonly sequence: number
  readonly subnetId: string
  readonly vpcId: string
  readonly zone: string
  readonly privateIp: string
  readonly secondaryIps: readonly string[]
  readonly macAddress: string
  readonly securityGroupIds: readonly string[]
  readonly sourceDestCheck: boolean
  readonly description: string
  readonly createdAtMs: number
  /** Undefined: it is available. */
  readonly attachment: InterfaceAttachment | undefined
}

export interface InterfaceAttachment {
  readonly id: string
  readonly instanceId: string
  readonly deviceIndex: number
  readonly deleteOnTermination: boolean
  readonly attachedAtMs: number
}

interface InterfaceLimits {
  readonly interfaces: number
  /** Private IPv4 addresses of each. */
  readonly addresses: number
}

const limits = (interfaces: number, addresses: number): InterfaceLimits => ({ interfaces, addresses })

/** EC2 User Guide, "Maximum IP addresses per network interface". */
const bySize: Readonly<Record<string, InterfaceLimits>> = {
  't2.nano': limits(2, 2),
  't2.micro': limits(2, 2),
  't2.small': limits(3, 4),
  't2.medium': limits(3, 6),
  't2.large': limits(3, 12),
  'm4.large': limits(2, 10),
  'm4.xlarge': limits(4, 15),
  't3.nano': limits(2, 2),
  't3.micro': limits(2, 2),
  't3.small': limits(3, 4),
  't3.medium': limits(3, 6),
  't3.large': limits(3, 12),
  't3a.nano': limits(2, 2),
  't3a.micro': limits(2, 2),
  't3a.small': limits(2, 4),
  't3a.medium': limits(3, 6),
  't3a.large': limits(3, 12),
  't4g.nano': limits(2, 2),
  't4g.micro': limits(2, 2),
  't4g.small': limits(3, 4),
  't4g.medium': limits(3, 6),
  't4g.large': limits(3, 12),
  'm7g.medium': limits(2, 4),
  'c7g.medium': limits(2, 4),
  'r7g.medium': limits(2, 4),
}

/** What a type takes: those of the table, else what others of its size have. */
export function interfaceLimits(instanceType: string): InterfaceLimits {
  return bySize[instanceType] ?? (instanceType.endsWith('.large') ? limits(3, 10) : limits(4, 15))
}
