import type { CloudFacts, ExecStreams } from '../../executor/ports.js'
import { UsageError } from '../../core/errors.js'
import { liveVolumeOf } from '../../model/kinds/live-named.js'
import { accessOf, addressNamed, enterable, volumeNamed } from '../enter-server.js'
import type { Session } from '../session.js'
import { addressesByPattern, isPattern, serversByPattern } from './named-by-pattern.js'

/**
 * Runs argv on a server of the stack with the given streams, or on the one that a volume is on, in the directory where that is
 * mounted; resolves with its exit status.
 */
export async function runOnServer(
  session: Session,
  name: string,
  argv: readonly string[],
  streams: ExecStreams,
): Promise<number> {
  const address = addressNamed(name, session)
  return runAt(address, session, await enterable(session), argv, streams)
}

/** How a command ended on one of several; `error` says why it did not run to its end. */
export type ManyEnd = { readonly address: string } & (
  | { readonly kind: 'ran'; readonly exitCode: number }
  | { readonly kind: 'failed'; readonly error: unknown }
)

/** Whether names mean several, however many that are now. */
export function meansMany(names: readonly string[]): boolean {
  return names.length > 1 || names.some(isPattern)
}

/** The addresses that patterns of servers and of volumes (`volume.data[*]`) mean. Throws for those that mean none. */
export function addressesToEnter(names: readonly string[], session: Session): readonly string[] {
  const { spec } = session
  const isVolume = (name: string) => name.startsWith('volume.')
  const servers = names.filter((name) => !isVolume(name))
  const all = spec.volumes.map(({ address }) => address)
  const volumes = addressesByPattern(names.filter(isVolume), all, 'volume')
  for (const unknown of volumes.unknown) volumeNamed(unknown, session)
  return [...serversByPattern(servers, spec), ...volumes.found]
}

/**
 * Runs argv at all these addresses at once, with streams for each; resolves with how each ended, in their order. One that
 * cannot be entered keeps no other back: `onEnd` hears of each as it ends.
 */
export async function runOnServers(
  session: Session,
  addresses: readonly string[],
  argv: readonly string[],
  streamsOf: (address: string) => ExecStreams,
  onEnd: (end: ManyEnd) => void,
): Promise<readonly ManyEnd[]> {
  const cloud = await enterable(session)
  const run = async (address: string): Promise<ManyEnd> => {
    try {
      const exitCode = await runAt(address, session, cloud, argv, streamsOf(address))
      return { address, kind: 'ran', exitCode }
    } catch (error) {
      return { address, kind: 'failed', error }
    }
  }
  return Promise.all(
    addresses.map(async (address) => {
      const end = await run(address)
      onEnd(end)
      return end
    }),
  )
}

async function runAt(
  address: string,
  session: Session,
  cloud: CloudFacts,
  argv: readonly string[],
  streams: ExecStreams,
): Promise<number> {
  const { hosts } = session.ports
  const access = await accessOf(address, session, cloud)
  if (!address.startsWith('volume.')) return hosts.exec(access, argv, streams)
  const facts = await hosts.probe(access)
  const volume = liveVolumeOf(cloud.volumes, address)
  const mount =
    facts.kind === 'read'
      ? facts.mounts.find(({ volumeId, hiddenBy }) => volumeId === volume?.id && hiddenBy === undefined)
      : undefined
  if (mount) return hosts.exec(access, ['sh', '-c', inDirectory, 'sh', mount.path, ...argv], streams)
  throw new UsageError('VOLUME_UNKNOWN', `${address} is not mounted, so there is no directory to run that in`, {
    hint: `\`evenkeel apply\` mounts what the file says \`mount\` of; on the server that has it: evenkeel exec ${access.address}`,
  })
}

const inDirectory = 'cd -- "$1" && shift && exec "$@"'
