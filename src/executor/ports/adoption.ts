import type { LiveKeyPair } from '../../model/kinds/key-pair.js'
import type { LiveSecurityGroup } from '../../model/kinds/security-group.js'
import type { LiveServer } from '../../model/kinds/server.js'
import type { LiveVolume } from '../../model/kinds/volume.js'

/** What can be found of what belongs to no stack. */
export interface AdoptionCloud {
  /** Instances and volumes that fit, with the volumes, groups and key pairs of the instances; each list by id. */
  readAdoptable(request: AdoptionRequest): Promise<Adoptable>
}

export interface AdoptionRequest {
  /** All of them have to fit: names and values as EC2 takes them, e.g. `tag:Name` with `web-*`. Empty: by ids alone. */
  readonly filters: readonly { readonly name: string; readonly values: readonly string[] }[]
  /** Of instances, volumes, groups and key pairs. */
  readonly ids: readonly string[]
}

type Unnamed<Live> = Omit<Live, 'address'>

export interface Adoptable {
  readonly servers: readonly (Unnamed<LiveServer> & {
    /** In words, what no stack file can say of it. */
    readonly unsaid: readonly string[]
  })[]
  /** Without root disks. */
  readonly volumes: readonly Unnamed<LiveVolume>[]
  readonly securityGroups: readonly Unnamed<LiveSecurityGroup>[]
  readonly keyPairs: readonly Unnamed<LiveKeyPair>[]
}
