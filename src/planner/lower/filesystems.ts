import type { Address } from '../../model/address.js'
import type { VolumeSpec } from '../../model/kinds/volume.js'
import type { StepId } from '../../model/steps/step.js'
import { stepId } from '../../model/steps/step-id.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import type { InsideWork } from '../decide/volumes/volume-decision.js'
import type { Lowering } from './lowering.js'
import { readySteps } from './readiness.js'
import { addUnmount } from './release.js'

/** A volume with what happens inside its server. */
interface VolumeInside {
  readonly address: Address
  readonly spec: VolumeSpec
  readonly live?: LiveVolume
  readonly inside: InsideWork | undefined
}

/** Lowers what happens inside a server for one of its volumes: make, unmount, mount, fstab, grow. */
export function lowerInside(lowering: Lowering, { address, spec, live, inside }: VolumeInside): void {
  if (!inside) return
  const { graph, resting } = lowering
  const { server, fstype, format, unmount, mount, fstab, grow } = inside
  // What must be over before anything acts on the device.
  const arrival = [stepId('connect-host', server), stepId('attach-volume', address), stepId('adopt-volume', address)]
  if (format) {
    const { label, uuid, isUsed } = format
    const fields = { server, fstype, label, uuid, ...(isUsed && { isUsed }) }
    graph.add('make-filesystem', address, fields, { needs: arrival })
  }
  const left: readonly StepId[] = unmount && live ? [addUnmount(lowering, address, live.id, server, unmount.inner)] : []
  if (mount) {
    const needs = [
      ...arrival,
      ...left,
      ...resting(address),
      stepId('make-filesystem', address),
      ...spec.dependsOn.flatMap((other) => readySteps(lowering.world, other)),
    ]
    graph.add('mount-volume', address, { server, fstype, mount: mount.at, fresh: mount.fresh }, { needs })
  }
  if (fstab) {
    const needs = [...arrival, ...left, stepId('mount-volume', address)]
    graph.add('write-fstab', address, { server, fstype, mount: fstab }, { needs })
  }
  if (grow) {
    const needs = [
      ...arrival,
      stepId('modify-volume', address),
      stepId('make-filesystem', address),
      stepId('mount-volume', address),
      ...resting(address),
    ]
    graph.add('grow-filesystem', address, { server, fstype, mountPath: grow.mountPath }, { needs })
  }
}
