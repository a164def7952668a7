import { imageKey, type LiveImage } from '../../src/model/launch/image.js'
import { type LiveStack } from '../../src/model/live-stack.js'
import { addressOf, type Address } from '../../src/model/address.js'
import { type ResourceKind } from '../../src/model/kinds/kinds.js'
import { parseStack } from '../../src/spec/parse.js'
import type { StackSpec } from '../../src/model/stack-spec.js'

/** `at('server.web[0]')`: an address from a text that is known to be one. */
export function at(text: string): Address {
  const [, kind, name = '', index] = /^(\w+)\.([a-z0-9.-]+)(?:\[(\d+)\])?$/.exec(text) ?? []
  return addressOf(kind as ResourceKind, name, index === undefined ? undefined : Number(index))
}

/** By text and variables: tests plan the same few files again and again, and a specification is frozen. */
const known = new Map<string, StackSpec>()

/** The specification of a stack file's text, which must be without mistakes. */
export function specOf(text: string, variables: Readonly<Record<string, string>> = {}): StackSpec {
  const key = JSON.stringify([text, variables])
  const spec = known.get(key) ?? parsedStack(text, variables).spec
  known.set(key, spec)
  return spec
}

/** The same, with where everything stands in it. */
export function parsedStack(text: string, variables: Readonly<Record<string, string>> = {}) {
  const result = parseStack({ file: 'stack.yaml', text, variables })
  if (!result.ok) throw new Error(result.diagnostics.map(({ line, message }) => `${line}: ${message}`).join('\n'))
  return result
}

/** A region in which nothing of the stack is there yet, and every image that the file asks for. */
export function emptyLive(spec: StackSpec, changes: Partial<LiveStack> = {}): LiveStack {
  return {
    stack: spec.stack,
    region: 'us-east-1',
    zones: ['us-east-1a', 'us-east-1b'],
    keyPairs: [],
    securityGroups: [],
    servers: [],
    volumes: [],
    snapshots: [],
    images: imagesFor(spec),
    subnets: {},
    ledger: undefined,
    operatorIp: '203.0.113.7',
    publicKeys: {},
    hosts: {},
    syncs: Object.fromEntries(
      spec.syncs.map(({ address }) => [
        address,
        {
          kind: 'read',
          sourceDigest: '5f2b8c1d9e3a47065f2b8c1d9e3a4706',
          filesCreated: 3,
          filesChanged: 0,
          filesDeleted: 0,
          bytes: 4096,
          sample: ['a.txt', 'b.txt', 'c.txt'],
          compared: 'source-only',
        },
      ]),
    ),
    hostsImpossible: undefined,
    unreadable: [],
    ...changes,
  }
}

export function imagesFor(spec: StackSpec): Readonly<Record<string, LiveImage>> {
  return Object.fromEntries(
    [...spec.servers, ...spec.archives.map(({ server }) => server), ...(spec.scalingGroups ?? [])]
      .filter(({ image }) => image.kind !== 'built')
      .map(({ image }): [string, LiveImage] => [
        imageKey(image),
        {
          id: image.kind === 'id' ? image.id : 'ami-0debian12',
          name: 'debian-12-amd64-20260901-2234',
          owner: '136693071363',
          architecture: 'x86_64',
          rootDeviceName: '/dev/xvda',
          rootSizeGiB: 8,
        },
      ]),
  )
}
