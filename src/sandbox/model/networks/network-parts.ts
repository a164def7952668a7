/** One rule of a network ACL. */
export interface AclEntry {
  readonly ruleNumber: number
  readonly egress: boolean
  /** A number as IANA gives it, or -1 for all. */
  readonly protocol: string
  readonly ruleAction: 'allow' | 'deny'
  readonly cidrBlock: string
  readonly portRange?: { readonly from: number; readonly to: number }
  readonly icmpTypeCode?: { readonly type: number; readonly code: number }
}

/** A network ACL. That of a VPC itself is kept here only once somebody has changed it. */
export interface NetworkAcl {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  readonly isDefault: boolean
  /** Without the last one, which denies what no other has decided. */
  readonly entries: readonly AclEntry[]
}

/** VPC User Guide, "Default network ACL". */
export const defaultEntries: readonly AclEntry[] = [true, false].map((egress) => ({
  ruleNumber: 100,
  egress,
  protocol: '-1',
  ruleAction: 'allow',
  cidrBlock: '0.0.0.0/0',
}))

/** The rule that nobody made and nobody takes away, in both directions. */
export const lastEntries: readonly AclEntry[] = [true, false].map((egress) => ({
  ruleNumber: 32_767,
  egress,
  protocol: '-1',
  ruleAction: 'deny',
  cidrBlock: '0.0.0.0/0',
}))

export interface NatGateway {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  readonly subnetId: string
  readonly allocationId: string
  readonly networkInterfaceId: string
  readonly privateIp: string
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted' | 'failed'
  readonly failure: { readonly code: string; readonly message: string } | undefined
  readonly createdAtMs: number
  readonly deletedAtMs: number | undefined
}

/** Whether it has its address and its network interface. */
export function isNatStanding({ state }: NatGateway): boolean {
  return state === 'pending' || state === 'available' || state === 'deleting'
}

export interface VpcEndpoint {
  readonly id: string
  readonly sequence: number
  readonly vpcId: string
  readonly type: 'Gateway' | 'Interface'
  readonly serviceName: string
  readonly state: 'pending' | 'available' | 'deleting'
  readonly routeTableIds: readonly string[]
  readonly interfaces: readonly EndpointInterface[]
  readonly groupIds: readonly string[]
  readonly privateDns: boolean
  readonly policy: string | undefined
  readonly createdAtMs: number
}

export interface EndpointInterface {
  readonly subnetId: string
  readonly networkInterfaceId: string
  readonly privateIp: string
}

/** Services that have endpoints of these types in every region (AWS PrivateLink Guide, "AWS services that integrate"): some of them. */
export const endpointServices: Readonly<Record<string, readonly VpcEndpoint['type'][]>> = {
  s3: ['Gateway', 'Interface'],
  dynamodb: ['Gateway', 'Interface'],
  autoscaling: ['Interface'],
  ec2: ['Interface'],
  ec2messages: ['Interface'],
  'ecr.api': ['Interface'],
  'ecr.dkr': ['Interface'],
  ecs: ['Interface'],
  eks: ['Interface'],
  elasticfilesystem: ['Interface'],
  elasticloadbalancing: ['Interface'],
  events: ['Interface'],
  kms: ['Interface'],
  lambda: ['Interface'],
  logs: ['Interface'],
  monitoring: ['Interface'],
  rds: ['Interface'],
  secretsmanager: ['Interface'],
  sns: ['Interface'],
  sqs: ['Interface'],
  ssm: ['Interface'],
  ssmmessages: ['Interface'],
  sts: ['Interface'],
}
