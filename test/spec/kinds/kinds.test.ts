import { describe, expect, it } from 'vitest'
import { kinds, resourceKinds } from '../../../src/model/kinds/kinds.js'
import { addressOf } from '../../../src/model/address.js'
import { specsIn } from '../../../src/model/stack-spec.js'
import { specKinds } from '../../../src/spec/kinds/kinds.js'
import { head, mistakesIn, server, specOf } from '../support/specs.js'

const everything = `${head}keyPairs: { k: {} }
securityGroups: { g: {} }
placementGroups: { p: { strategy: spread } }
servers: { w: { count: 2, elasticIp: true, ${server}, keyPair: k, securityGroups: [g] } }
volumes: { v: { server: "w[0]", size: 1 } }
sync: { s: { from: ./a, to: "w[*]:/a" } }
archives: { m: { from: ./m, server: { ${server}, keyPair: k, securityGroups: [g] } } }
`

describe('the kinds of resources in a stack file', () => {
  it('each have a section of their own, in which their entries stand, or follow from the entries of another', () => {
    for (const kind of resourceKinds) {
      const facts = kinds[kind]
      // Of the interfaces of a server there are several.
      const within = kind === 'interface' ? ['interfaces', 'm'] : [kind]
      const path = specKinds[kind].pathOf(kind === 'interface' ? 'n.m' : 'n')
      expect(path).toEqual('section' in facts ? [facts.section, 'n'] : ['servers', 'n', ...within])
    }
  })

  it('are all in a specification, in the order of reports', () => {
    expect(specsIn(specOf(everything)).map(({ address }) => address)).toEqual([
      'keyPair.k',
      'securityGroup.g',
      'placementGroup.p',
      'server.w[0]',
      'server.w[1]',
      'elasticIp.w[0]',
      'elasticIp.w[1]',
      'volume.v',
      'sync.s[0]',
      'sync.s[1]',
      'archive.m',
    ])
  })

  it('can be awaited one by one where an entry stands for many', () => {
    const spec = specOf(
      everything.replace('size: 1', 'size: 1, dependsOn: ["sync.s[1]"]').replace('server: "w[0]", ', ''),
    )
    expect(spec.volumes[0]?.dependsOn).toEqual([addressOf('sync', 's', 1)])
    const beyond = everything.replace('size: 1', 'size: 1, dependsOn: ["sync.s[2]"]').replace('server: "w[0]", ', '')
    expect(mistakesIn(beyond)).toEqual(['8:44 SPEC_BAD_INDEX'])
  })
})
