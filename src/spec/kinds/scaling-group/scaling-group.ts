import { required } from '../../../core/assert.js'
import { addressOf, type Address } from '../../../model/address.js'
import type { MemberOptions, ScalingGroupSpec } from '../../../model/kinds/scaling-group.js'
import type { ResourceKind } from '../../../model/kinds/kinds.js'
import type { Context } from '../../context.js'
import { ignore } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import { templateOf } from '../../references/templates.js'
import { created } from '../../references/waits.js'
import type { ScalingGroupShape } from '../../shape/stack-shape.generated.js'
import { inOrder, tagsOf } from '../entries.js'
import { imageOf, subnetOf } from '../server/launch-choices.js'
import { metadataOf } from '../server/server-options.js'
import type { SpecKind } from '../spec-kind.js'
import { checkScalingGroups } from './check-scaling-groups.js'

/** As many members as are wanted at a time, launched and ended by Auto Scaling. */
export const scalingGroup: SpecKind<'scalingGroup'> = {
  word: 'scaling group',
  entries: ({ scalingGroups }) => scalingGroups,
  pathOf: (name) => ['scalingGroups', name],
  attributes: ['id'],
  isGenerated: false,
  isAwaited: false,
  templates: { userData: 'text' },
  check: checkScalingGroups,
  specs: (context) => inOrder(context.scalingGroups).map(([name, entry]) => specOf(context, name, entry)),
  tellWaits: (context, waits) => {
    for (const [name, entry] of context.scalingGroups) {
      const made = created(`scalingGroup.${name}`)
      waits.addReferences(made, ['scalingGroups', name, 'userData'], entry?.userData)
    }
  },
}

/** API reference, HealthCheckGracePeriod: what the console begins with. */
const usualGraceSeconds = 300
/** API reference, RefreshPreferences. */
const usualMinHealthy = 90

function specOf(context: Context, name: string, entry: ScalingGroupShape): ScalingGroupSpec {
  const options = optionsOf(entry)
  const named = (kind: ResourceKind, text: string | undefined): Address | undefined =>
    text === undefined ? undefined : addressOf(kind, required(findNamed(context, kind, text, ignore), kind))
  return {
    address: addressOf('scalingGroup', name),
    image: imageOf(required(entry.image, 'image')),
    type: required(entry.type, 'type'),
    keyPair: named('keyPair', entry.keyPair),
    securityGroups: (entry.securityGroups ?? []).flatMap((group) => named('securityGroup', group) ?? []).toSorted(),
    userData: entry.userData === undefined ? undefined : templateOf(context, entry.userData),
    rootVolume: { sizeGiB: entry.rootVolume?.size, type: entry.rootVolume?.type },
    ...(options && { options }),
    zones: entry.zones?.map((zone) => required(zone, 'zone')).toSorted(),
    subnets: entry.subnets?.map((subnet) => subnetOf(context, required(subnet, 'subnet'))),
    min: required(entry.min, 'min'),
    max: required(entry.max, 'max'),
    desired: entry.desired,
    health: { check: entry.health?.check ?? 'ec2', graceSeconds: entry.health?.grace ?? usualGraceSeconds },
    loadBalancer: named('loadBalancer', entry.loadBalancer),
    refresh: {
      minHealthy: entry.refresh?.minHealthy ?? usualMinHealthy,
      maxHealthy: entry.refresh?.maxHealthy,
      warmupSeconds: entry.refresh?.warmup,
      rollback: entry.refresh?.rollback ?? true,
    },
    protect: entry.protect ?? false,
    tags: tagsOf(context, entry.tags),
  }
}

function optionsOf({ iamInstanceProfile, monitoring, metadata }: ScalingGroupShape): MemberOptions | undefined {
  const options: MemberOptions = {
    ...(iamInstanceProfile !== undefined && { iamInstanceProfile }),
    ...(monitoring !== undefined && { monitoring }),
    ...(metadata && Object.keys(metadata).length > 0 && { metadata: metadataOf(metadata) }),
  }
  return Object.keys(options).length === 0 ? undefined : options
}
