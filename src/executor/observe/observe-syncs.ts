import pLimit from 'p-limit'
import { canonicalJson } from '../../core/digest.js'
import { unreadableSource } from './unreadable-source.js'
import type { SyncFacts } from '../../model/kinds/sync-rule.js'
import type { LiveVolume } from '../../model/kinds/volume.js'
import { copyOptionsOf } from '../../model/steps/copy-options.js'
import type { SyncSpec } from '../../model/kinds/sync-rule.js'
import type { CopyFigures, CopyPlace, CopyRule, Ports } from '../ports.js'
import { copyPlaces, type EnteredServer } from './copy-places.js'

/** Chosen: few enough for a small machine's processes (rsync). */
const comparisonsAtOnce = 4

/**
 * What each rule that copies files would do now. A rule of which a source cannot be asked yet (its server does not exist,
 * its volume is not mounted) has no entry; a destination that cannot is left out of the comparison.
 */
export async function readSyncs(
  syncs: readonly SyncSpec[],
  volumes: readonly LiveVolume[],
  servers: readonly EnteredServer[],
  ports: Ports,
): Promise<Readonly<Record<string, SyncFacts>>> {
  const files = syncs.filter(({ method }) => method === 'files')
  const placeOf = copyPlaces(volumes, servers)
  const sourceReadings = readSources(ports)
  const readings = await pLimit(comparisonsAtOnce).map(files, async (sync) => {
    const sources = sync.from.flatMap((end) => placeOf(end) ?? [])
    if (sources.length < sync.from.length) return undefined
    return [sync.address, await readSync(copyRule(sync, sources), placeOf(sync.to), ports, sourceReadings)] as const
  })
  return Object.fromEntries(readings.filter((reading) => reading !== undefined))
}

/** The rule as it is copied. */
function copyRule(sync: SyncSpec, sources: readonly CopyPlace[]): CopyRule {
  const options = copyOptionsOf(sync)
  return {
    source: sources,
    delete: sync.delete,
    exclude: sync.exclude,
    ...(options && { options }),
    relayed: sync.via === 'local',
  }
}

/** Whether all that the rule copies lies on this machine. */
function isHere({ source }: CopyRule): boolean {
  return typeof source === 'string' || source.every((place) => !('access' in place) && !('host' in place))
}

async function readSync(
  rule: CopyRule,
  destination: CopyPlace | undefined,
  ports: Ports,
  sources: SourceReadings,
): Promise<SyncFacts> {
  try {
    const [sourceDigest, figures] = await Promise.all([
      sources.digestOf(rule),
      destination ? ports.sync.compare(rule, destination) : sources.figuresOf(rule),
    ])
    return { kind: 'read', sourceDigest, ...figures, compared: destination ? 'both' : 'source-only' }
  } catch (error) {
    return unreadableSource(error, isHere(rule))
  }
}

/** What can be said of a source alone. */
interface SourceReadings {
  digestOf(rule: CopyRule): Promise<string>
  figuresOf(rule: CopyRule): Promise<CopyFigures>
}

/** Reads a source once for all rules that copy the same of it, as a rule for `web[*]` does for each server. */
function readSources({ sync }: Pick<Ports, 'sync'>): SourceReadings {
  const digests = new Map<string, Promise<string>>()
  const figures = new Map<string, Promise<CopyFigures>>()
  const once = <T>(known: Map<string, Promise<T>>, rule: CopyRule, read: () => Promise<T>) => {
    const key = canonicalJson(sourceKey(rule))
    const reading = known.get(key) ?? read()
    known.set(key, reading)
    return reading
  }
  return {
    digestOf: (rule) => once(digests, rule, () => sync.sourceDigest(rule)),
    figuresOf: (rule) => once(figures, rule, () => sync.compare(rule, undefined)),
  }
}

/** All of a rule, its sources by where they are: what is not the same in two rules may make another reading. */
function sourceKey({ source, ...rule }: CopyRule): unknown {
  const places =
    typeof source === 'string'
      ? source
      : source.map(({ access, host, path }) => [access?.instanceId ?? '', host ?? '', path])
  return { ...rule, places }
}
