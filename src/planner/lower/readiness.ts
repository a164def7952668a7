import { parseAddress, type Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import { elasticIpOf } from '../../model/kinds/elastic-ip.js'
import { referencesIn, type Template } from '../../model/template.js'
import type { World } from '../world.js'
import { stepId } from '../../model/steps/step-id.js'
import type { StepId, StepKind } from '../../model/steps/step.js'

/** The steps after which an address is ready for what depends on it: a server when its volumes are mounted and its setup has run. */
export function readySteps(world: World, address: Address): readonly StepId[] {
  switch (parseAddress(address)?.kind) {
    case 'server':
      return [
        stepId('create-server', address),
        stepId('start-server', address),
        stepId('modify-server', address),
        stepId('connect-host', address),
        stepId('run-setup', address),
        ...(world.spec.interfaces ?? []).flatMap((one) =>
          one.server === address ? [stepId('ensure-interface', one.address)] : [],
        ),
        ...(world.volumesByServer.get(address) ?? []).map((volume) => stepId('mount-volume', volume.address)),
      ]
    case 'volume':
      return [
        ...existenceSteps(address),
        stepId('attach-volume', address),
        stepId('make-filesystem', address),
        stepId('mount-volume', address),
        stepId('write-fstab', address),
      ]
    case 'sync':
      return [
        stepId('copy-files', address),
        stepId('copy-blocks', address),
        stepId('run-on-change', address),
        stepId('check-health', address),
      ]
    default:
      return existenceSteps(address)
  }
}

/** The kinds of steps after which a resource exists: one line for each kind of resource. */
const makers: Readonly<Record<ResourceKind, readonly StepKind[]>> = {
  keyPair: ['import-key-pair'],
  network: ['create-network', 'modify-network'],
  securityGroup: ['create-security-group'],
  image: ['create-image', 'register-image', 'await-image'],
  placementGroup: ['create-placement-group'],
  server: ['create-server', 'start-server'],
  interface: ['ensure-interface'],
  elasticIp: ['allocate-address'],
  scalingGroup: ['create-scaling-group'],
  loadBalancer: ['create-load-balancer', 'modify-load-balancer'],
  volume: ['create-volume', 'adopt-volume'],
  sync: [],
  archive: [],
}

/** The steps after which an address exists, so that `${…}` of it is known. */
function existenceSteps(address: Address): readonly StepId[] {
  const kind = parseAddress(address)?.kind
  const made = kind === undefined ? [] : makers[kind].map((maker) => stepId(maker, address))
  return kind === 'server' ? [...made, ...addressSteps(address)] : made
}

/** The steps by which a server's own elastic address comes or goes: its public address changes with it. */
function addressSteps(server: Address): readonly StepId[] {
  const elasticIp = elasticIpOf(server)
  return [stepId('associate-address', elasticIp), stepId('disassociate-address', elasticIp)]
}

/** The steps that make what a template's references name. */
export function referencedSteps(templates: readonly (Template | undefined)[]): readonly StepId[] {
  return templates.flatMap((template) =>
    template ? referencesIn(template).flatMap(({ address }) => existenceSteps(address)) : [],
  )
}
