import { addressOf } from '../../model/address.js'
import type { KeyPairSpec } from '../../model/kinds/key-pair.js'
import { generatedName } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import { inOrder, tagsOf, withGenerated } from './entries.js'
import { launchedServers } from './server/launched-servers.js'
import type { SpecKind } from './spec-kind.js'

/** SSH keys that servers are launched with; `keyPair.default` where servers name none and the file has none. */
export const keyPair: SpecKind<'keyPair'> = {
  word: 'key pair',
  entries: ({ keyPairs }) => keyPairs,
  pathOf: (name) => ['keyPairs', name],
  attributes: [],
  isGenerated: true,
  isAwaited: false,
  templates: {},
  // A key pair can be wrong in its shape and its tags alone.
  check: () => {},
  specs: (context, specsOf) => {
    const specs = inOrder(context.keyPairs).map(([name, { publicKey, keyPairId, tags }]): KeyPairSpec => ({
      address: addressOf('keyPair', name),
      publicKey: publicKey === undefined ? undefined : publicKeyOf(context, name, publicKey),
      ...(keyPairId !== undefined && { keyPairId }),
      tags: tagsOf(context, tags),
    }))
    const generated = addressOf('keyPair', generatedName)
    const isUsed = launchedServers(specsOf).some((server) => server.keyPair === generated)
    if (context.keyPairs.has(generatedName) || !isUsed) return specs
    return withGenerated(specs, { address: generated, publicKey: undefined, tags: tagsOf(context, undefined) })
  },
}

const keyLinePattern = /^(ssh-|ecdsa-|sk-)\S+ /

function publicKeyOf({ localPath }: Context, name: string, text: string): NonNullable<KeyPairSpec['publicKey']> {
  if (keyLinePattern.test(text)) return { kind: 'text', text: text.trim() }
  return { kind: 'path', path: localPath(['keyPairs', name, 'publicKey'], text) }
}
