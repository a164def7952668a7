import type { Step, StepKind, StepOf } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { adoptVolume } from './adopt-volume.js'
import { attachVolume } from './attach-volume.js'
import { authorizeIngress } from './authorize-ingress.js'
import { checkHealth } from './check-health.js'
import { connectHost } from './connect-host.js'
import { copyBlocks } from './copy-blocks.js'
import { copyFiles } from './copy-files.js'
import { createSecurityGroup } from './create-security-group.js'
import { createServer } from './create-server.js'
import { createSnapshot } from './create-snapshot.js'
import { createSnapshots } from './create-snapshots.js'
import { createVolume } from './create-volume.js'
import { deleteKeyPair } from './delete-key-pair.js'
import { deleteSecurityGroup } from './delete-security-group.js'
import { deleteSnapshot } from './delete-snapshot.js'
import { deleteVolume } from './delete-volume.js'
import { detachVolume } from './detach-volume.js'
import { growFilesystem } from './grow-filesystem.js'
import { importKeyPair } from './import-key-pair.js'
import { makeFilesystem } from './make-filesystem.js'
import { modifyServer } from './modify-server.js'
import { modifyVolume } from './modify-volume.js'
import { mountVolume } from './mount-volume.js'
import { removeTemporary } from './remove-temporary.js'
import { recordCopy } from './record-copy.js'
import { revokeIngress } from './revoke-ingress.js'
import { runOnChange } from './run-on-change.js'
import { runSetup } from './run-setup.js'
import { startServer } from './start-server.js'
import type { StepContext } from './step-context.js'
import { stopServer } from './stop-server.js'
import { supersedeVolume } from './supersede-volume.js'
import { tagResource } from './tag-resource.js'
import { terminateServer } from './terminate-server.js'
import { unmountVolume } from './unmount-volume.js'
import { verifyVolume } from './verify-volume.js'
import { writeFstab } from './write-fstab.js'

type Runner<K extends StepKind> = (step: StepOf<K>, context: StepContext) => Promise<Effect>

/** One function for each kind of step; the compiler checks that none is missing. */
const runners: { readonly [K in StepKind]: Runner<K> } = {
  'import-key-pair': importKeyPair,
  'delete-key-pair': deleteKeyPair,
  'create-security-group': createSecurityGroup,
  'authorize-ingress': authorizeIngress,
  'revoke-ingress': revokeIngress,
  'delete-security-group': deleteSecurityGroup,
  'create-server': createServer,
  'start-server': startServer,
  'stop-server': stopServer,
  'modify-server': modifyServer,
  'terminate-server': terminateServer,
  'connect-host': connectHost,
  'run-setup': runSetup,
  'create-volume': createVolume,
  'adopt-volume': adoptVolume,
  'attach-volume': attachVolume,
  'detach-volume': detachVolume,
  'modify-volume': modifyVolume,
  'create-snapshot': createSnapshot,
  'create-snapshots': createSnapshots,
  'delete-snapshot': deleteSnapshot,
  'supersede-volume': supersedeVolume,
  'delete-volume': deleteVolume,
  'make-filesystem': makeFilesystem,
  'grow-filesystem': growFilesystem,
  'mount-volume': mountVolume,
  'verify-volume': verifyVolume,
  'write-fstab': writeFstab,
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
  const runner = runners[step.kind] as Runner<StepKind>
  return runner(step, context)
}
