import { writeFileSync } from 'node:fs'
import { messageOf, SpecError, UsageError } from '../../core/errors.js'
import type { Adoptable, AdoptionRequest } from '../../executor/ports.js'
import type { HostFacts } from '../../model/inside/host-facts.js'
import { tagKeys, type Tagged } from '../../model/tags.js'
import type { Target } from '../../model/stack-spec.js'
import { parseStack } from '../../spec/parse.js'
import { adoptedStackText } from '../../spec/writing/adopted-stack.js'
import { laidOut } from '../../spec/writing/canonical-layout.js'
import { readTerraformState } from '../../spec/writing/terraform-state.js'
import { readText } from '../input/read-text.js'
import { cloudQuery } from '../../executor/observe/cloud-query.js'
import { liveHostAccess } from '../../executor/observe/live-host-access.js'
import { openSession } from '../session.js'
import { withCloud, type PlaceWords } from '../stacks/place-words.js'

/** What is looked for, and what the stack is to be called. */
export interface AdoptionWish {
  readonly stack: string
  readonly filters: AdoptionRequest['filters']
  readonly ids: readonly string[]
  /** Path of a Terraform state. */
  readonly tfstate?: string | undefined
  /** Path of a public key: the file names it in place of the key itself, where EC2 has that one. */
  readonly key?: string | undefined
  readonly sandboxDir?: string | undefined
}

/** A stack file whose entries name what was found, and what it does not say, in sentences. */
export interface AdoptionFile {
  readonly text: string
  readonly count: number
  readonly notices: readonly string[]
}

/** Finds what belongs to no stack and writes it down; changes nothing. Throws a UsageError where there is nothing. */
export async function adoptedStack(wish: AdoptionWish, words: PlaceWords): Promise<AdoptionFile> {
  const state = wish.tfstate === undefined ? undefined : stateAt(wish.tfstate)
  const ids = [...wish.ids, ...(state?.names.keys() ?? [])]
  const { target, region, all } = await withCloud(words, wish.sandboxDir, async (cloud, where) => ({
    target: where,
    region: (await cloud.whereabouts()).region,
    all: await cloud.readAdoptable({ filters: wish.filters, ids }),
  }))
  const { free, owned } = freeOf(all)
  const count = free.servers.length + free.volumes.length + free.securityGroups.length + free.keyPairs.length
  if (count === 0) {
    throw new UsageError('ADOPT_NOTHING', `nothing in ${region} fits that belongs to no stack yet`, {
      hint: owned[0] ?? 'look with --filter tag:Name=web-*, --vpc, or ids',
    })
  }
  const key = wish.key === undefined ? undefined : { path: wish.key, text: readText(wish.key) }
  const written = writtenTarget(target, region)
  const names = state?.names ?? new Map<string, string>()
  const bare = adoptedStackText(wish.stack, written, free, names, new Map(), key)
  const inside = free.volumes.some(({ attachment }) => attachment) ? await seenInside(bare.text, wish) : new Map()
  const { text, notices } = adoptedStackText(wish.stack, written, free, names, inside, key)
  const shown = laidOut(text) ?? text
  parsedOf(shown)
  const unsupported = (state?.unsupported ?? []).map((name) => `${name}: no stack file has such a thing`)
  return { text: shown, count, notices: [...owned, ...notices, ...unsupported] }
}

/** Writes the file where there is none. */
export function writeAdopted(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    throw new UsageError('FILE_UNWRITABLE', `the file ${path} cannot be written: ${messageOf(error)}`, { cause: error })
  }
}

function stateAt(path: string) {
  const state = readTerraformState(readText(path))
  if ('mistake' in state) {
    throw new UsageError(
      'STACK_FILE_UNREADABLE',
      `the file ${path} is no Terraform state that can be read: ${state.mistake}`,
    )
  }
  return state
}

function writtenTarget(target: Target, region: string): unknown {
  if (target.kind === 'sandbox') return 'sandbox'
  const { profile, account, endpoint } = target
  return { region, ...(profile && { profile }), ...(account && { account }), ...(endpoint && { endpoint }) }
}

/** Without what belongs to a stack already, which is told. */
function freeOf(all: Adoptable): { readonly free: Adoptable; readonly owned: readonly string[] } {
  const owned: string[] = []
  const free = <Live extends Omit<Tagged, 'address'> & { readonly id: string }>(list: readonly Live[]) =>
    list.filter(({ id, tags }) => {
      const stack = tags[tagKeys.stack]
      if (stack !== undefined) owned.push(`${id} belongs to the stack ${stack} already, and is left out`)
      return stack === undefined
    })
  const { servers, volumes, securityGroups, keyPairs } = all
  return {
    free: {
      servers: free(servers),
      volumes: free(volumes),
      securityGroups: free(securityGroups),
      keyPairs: free(keyPairs),
    },
    owned,
  }
}

/** What is inside the servers, by instance id, as far as they can be entered. */
async function seenInside(text: string, { sandboxDir }: AdoptionWish): Promise<ReadonlyMap<string, HostFacts>> {
  const { spec, locate, locateVariable } = parsedOf(text)
  const file = {
    path: 'the adopted stack',
    directory: process.cwd(),
    bases: [],
    spec,
    locate,
    locateVariable,
    variables: {},
    sensitive: [],
    notices: [],
  }
  const session = await openSession(file, { sandboxDir })
  try {
    const { cloud, hosts } = session.ports
    const seen = await cloud.observe({ ...cloudQuery(spec), operatorIp: false })
    for (const { address } of spec.keyPairs) {
      await session.ports.keys.publicKey(address, seen.keyPairs.find((pair) => pair.address === address)?.publicKey)
    }
    const accessOf = liveHostAccess(spec, seen, session.ports)
    const inside = new Map<string, HostFacts>()
    for (const server of seen.servers.filter(({ state }) => state === 'running')) {
      try {
        // Nothing is pinned yet: what the console shows is what an apply pins.
        const keys = await cloud.readHostKeys({ instanceId: server.id, once: true })
        const line = keys.find((one) => one.startsWith('ssh-ed25519 ')) ?? keys.find((one) => one.startsWith('ecdsa-'))
        const hostKey = line?.split(' ').slice(0, 2).join(' ') ?? ''
        const shown = { ...server, tags: { ...server.tags, [tagKeys.hostKey]: hostKey } }
        inside.set(server.id, await hosts.probe(await accessOf(shown)))
      } catch (error) {
        inside.set(server.id, { kind: 'unreadable', reason: messageOf(error) })
      }
    }
    return inside
  } finally {
    await session.close()
  }
}

function parsedOf(text: string) {
  const result = parseStack({ file: 'the adopted stack', text, variables: {}, environment: {} })
  if (!result.ok) throw new SpecError(result.diagnostics, result.total, result.isCut)
  return result
}
