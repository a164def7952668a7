import type { CopyRegion } from './region-copy.js'
import type { StackSpec } from '../stack-spec.js'

/** Where the file wants copies of snapshots: of volumes and archives, each as often as it stands there. */
export function snapshotRegions({ volumes, archives }: StackSpec): readonly CopyRegion[] {
  return [
    ...volumes.flatMap(({ snapshots }) => snapshots?.regions ?? []),
    ...archives.flatMap(({ regions }) => regions ?? []),
  ]
}

/** Their names, sorted, each once. */
export function regionsOfSnapshots(spec: StackSpec): readonly string[] {
  return [...new Set(snapshotRegions(spec).map(({ region }) => region))].sort()
}
