import type { Step, StepKind } from '../../model/steps/step.js'
import type { Effect } from '../ports.js'
import { checkHealth } from './copies/check-health.js'
import { copyBlocks } from './copies/copy-blocks.js'
import { copyFiles } from './copies/copy-files.js'
import { recordCopy } from './copies/record-copy.js'
import { runOnChange } from './copies/run-on-change.js'
import { allocateAddress } from './elastic-ips/allocate-address.js'
import { associateAddress } from './elastic-ips/associate-address.js'
import { disassociateAddress } from './elastic-ips/disassociate-address.js'
import { copyImage } from './images/copy-image.js'
import { createImage } from './images/create-image.js'
import { registerImage } from './images/register-image.js'
import { createPlacementGroup } from './network/create-placement-group.js'
import {
  awaitTarget,
  createLoadBalancer,
  deregisterTarget,
  modifyLoadBalancer,
  registerTarget,
} from './load-balancers/load-balancers.js'
import { createScalingGroup, modifyScalingGroup, refreshScalingGroup } from './scaling-groups/scaling-groups.js'
import { createSecurityGroup } from './network/create-security-group.js'
import { deleteKeyPair } from './network/delete-key-pair.js'
import { ensureInterface } from './network/ensure-interface.js'
import { importKeyPair } from './network/import-key-pair.js'
import { createNetwork } from './networks/create-network.js'
import { authorizeKey } from './servers/authorize-key.js'
import { connectHost } from './servers/connect-host.js'
import { createServer } from './servers/create-server.js'
import { modifyServer } from './servers/modify-server.js'
import { rebootServer } from './servers/reboot-server.js'
import { runSetup } from './servers/run-setup.js'
import { startServer } from './servers/start-server.js'
import { stopServer } from './servers/stop-server.js'
import { terminateServer } from './servers/terminate-server.js'
import { copySnapshot } from './snapshots/copy-snapshot.js'
import { createSnapshot } from './snapshots/create-snapshot.js'
import { createSnapshots } from './snapshots/create-snapshots.js'
import { adoptVolume } from './volumes/adopt-volume.js'
import { attachVolume } from './volumes/attach-volume.js'
import { createVolume } from './volumes/create-volume.js'
import { unmountVolume } from './volumes/unmount-volume.js'
import { verifyVolume } from './volumes/verify-volume.js'
import { forwarded } from './forwarded.js'
import { removeTemporary } from './remove-temporary.js'
import type { StepContext, StepRunner } from './step-context.js'
import { tagResource } from './tag-resource.js'

/** One function for each kind of step; the compiler checks that none is missing. */
const runners: { readonly [K in StepKind]: StepRunner<K> } = {
  ...forwarded,
  'import-key-pair': importKeyPair,
  'delete-key-pair': deleteKeyPair,
  'create-network': createNetwork,
  'create-security-group': createSecurityGroup,
  'create-server': createServer,
  'start-server': startServer,
  'stop-server': stopServer,
  'reboot-server': rebootServer,
  'modify-server': modifyServer,
  'terminate-server': terminateServer,
  'connect-host': connectHost,
  'authorize-key': authorizeKey,
  'run-setup': runSetup,
  'create-image': createImage,
  'register-image': registerImage,
  'copy-image': copyImage,
  'create-placement-group': createPlacementGroup,
  'ensure-interface': ensureInterface,
  'allocate-address': allocateAddress,
  'associate-address': associateAddress,
  'disassociate-address': disassociateAddress,
  'create-scaling-group': createScalingGroup,
  'modify-scaling-group': modifyScalingGroup,
  'refresh-scaling-group': refreshScalingGroup,
  'create-load-balancer': createLoadBalancer,
  'modify-load-balancer': modifyLoadBalancer,
  'register-target': registerTarget,
  'await-target': awaitTarget,
  'deregister-target': deregisterTarget,
  'create-volume': createVolume,
  'adopt-volume': adoptVolume,
  'attach-volume': attachVolume,
  'create-snapshot': createSnapshot,
  'create-snapshots': createSnapshots,
  'copy-snapshot': copySnapshot,
  'verify-volume': verifyVolume,
  'unmount-volume': unmountVolume,
  'copy-files': copyFiles,
  'copy-blocks': copyBlocks,
  'run-on-change': runOnChange,
  'check-health': checkHealth,
  'record-copy': recordCopy,
  'tag-resource': tagResource,
  'remove-temporary': removeTemporary,
}

/** Carries one step out. Rejects with an EvenkeelError; running it twice is the same as once. */
export function runStep(step: Step, context: StepContext): Promise<Effect> {
  const runner = runners[step.kind] as StepRunner<StepKind>
  return runner(step, context)
}
