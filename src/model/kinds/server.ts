import type { Address } from '../address.js'
import type { ImageSelector } from '../launch/image.js'
import type { SubnetSelector } from '../launch/subnet.js'
import type { Tagged, UserTags } from '../tags.js'
import type { Template } from '../template.js'
import type { VolumeType } from './volume.js'

export interface ServerSpec {
  readonly address: Address
  readonly image: ImageSelector
  readonly type: string
  readonly zone: string | undefined
  readonly subnet: SubnetSelector | undefined
  /** Always set: a stack without key pairs has the generated `keyPair.default`. */
  readonly keyPair: Address
  /** Never empty: a server that names none has the generated `securityGroup.default` (SSH from my-ip). Sorted. */
  readonly securityGroups: readonly Address[]
  /** Login user; undefined: guessed from the image. */
  readonly user: string | undefined
  readonly state: 'running' | 'stopped'
  readonly rootVolume: RootVolumeSpec
  readonly userData: Template | undefined
  readonly onUserDataChange: 'ignore' | 'replace'
  readonly protect: boolean
  readonly dependsOn: readonly Address[]
  readonly setup: readonly Template[]
  readonly tags: UserTags
}

export interface RootVolumeSpec {
  readonly sizeGiB: number | undefined
  readonly type: VolumeType | undefined
}

export interface LiveServer extends Tagged {
  readonly state: 'pending' | 'running' | 'stopping' | 'stopped'
  readonly type: string
  readonly imageId: string
  readonly architecture: string
  readonly zone: string
  readonly subnetId: string
  readonly vpcId: string
  readonly keyName: string | undefined
  /** Sorted ids. */
  readonly securityGroupIds: readonly string[]
  readonly privateIp: string | undefined
  readonly publicIp: string | undefined
  readonly rootVolume: { readonly id: string; readonly sizeGiB: number; readonly type: string } | undefined
}
