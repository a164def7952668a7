import { describe, expect, it } from 'vitest'
import { rulesInFlow, type FileRule } from '../../../../src/planner/decide/copies/rule-flow.js'
import type { Place } from '../../../../src/planner/decide/copies/places.js'
import type { SyncSpec } from '../../../../src/model/kinds/sync-rule.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'
import { outlooks } from '../../../support/server-outlook.js'

const [plain] = worldFor(`evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small }
sync:
  site: { from: ./site/, to: 'web:/srv/' }
`).spec.syncs as [SyncSpec]

/** `web:/srv/` on a server, `root@nas:/srv/` elsewhere, `./site/` here. */
function place(text: string): Place {
  const [machine = '', path] = text.split(':')
  if (path === undefined) return { path: text, host: undefined }
  if (machine.includes('@')) return { path, host: machine }
  const address = at(`server.${machine}`)
  const server = outlooks({ [machine]: {} }).get(address)
  if (!server) throw new Error('no server')
  return { server, path, target: address, volumes: [], tags: {} }
}

function ruleOf(name: string, from: string, to: string): FileRule {
  return {
    spec: { ...plain, address: at(`sync.${name}`) },
    ends: { sources: from.split(' ').map(place), destination: place(to) },
  }
}

const namesOf = (rules: readonly FileRule[]) => rules.map(({ spec }) => spec.address.slice('sync.'.length))

describe('rules', () => {
  it.each([
    ['the same directory', './in/', 'web:/srv/', 'web:/srv/', true],
    ['a directory in it', './in/', 'web:/srv/', 'web:/srv/site/', true],
    ['a directory around it', './in/', 'web:/srv/site/', 'web:/srv', true],
    ['the root directory', './in/', 'web:/srv/site/', 'web:/', true],
    ['one that only begins alike', './in/', 'web:/srv/', 'web:/srv-old/', false],
    ['the same path on another server', './in/', 'web:/srv/', 'db:/srv/', false],
    ['the same path on this machine', './in/', 'web:srv/', 'srv/', false],
    ['the same machine outside the stack', './in/', 'root@nas:/srv/', 'root@nas:/srv/', true],
    ['another machine outside the stack', './in/', 'root@nas:/srv/', 'root@nas2:/srv/', false],
    ['this machine, written in another way', 'web:/log/', './/out/', 'out/sub', true],
    ['the second of two sources', './in/', 'web:/srv/', 'web:/etc/ web:/srv/', true],
  ])('that read %s as another writes', (_what, from, to, reads, isFed) => {
    const [reader, writer] = [ruleOf('a', reads, 'last:/x/'), ruleOf('b', from, to)]
    const order = rulesInFlow([reader, writer])
    expect(order.map(({ rule }) => namesOf([rule])[0])).toEqual(isFed ? ['b', 'a'] : ['a', 'b'])
    expect(namesOf(order.find(({ rule }) => rule === reader)?.feeders ?? [])).toEqual(isFed ? ['b'] : [])
  })

  it('keep their order where none reads what another writes, and their feeders keep it too', () => {
    const rules = [
      ruleOf('c', './c/', 'web:/srv/b/'),
      ruleOf('a', './a/', 'web:/srv/a/'),
      ruleOf('z', 'web:/srv/', './z/'),
    ]
    const order = rulesInFlow(rules)
    expect(namesOf(order.map(({ rule }) => rule))).toEqual(['c', 'a', 'z'])
    expect(namesOf(order[2]?.feeders ?? [])).toEqual(['c', 'a'])
  })

  it('in a circle come out each once, the first one last', () => {
    const order = rulesInFlow([ruleOf('a', 'web:/b/', 'web:/a/'), ruleOf('b', 'web:/a/', 'web:/b/')])
    expect(namesOf(order.map(({ rule }) => rule))).toEqual(['b', 'a'])
  })

  it('whose ends cannot be planned feed nobody and are fed by nobody', () => {
    const lost = { ...ruleOf('b', './in/', 'web:/srv/'), ends: undefined }
    expect(rulesInFlow([ruleOf('a', 'web:/srv/', './out/'), lost]).map(({ feeders }) => feeders)).toEqual([[], []])
  })

  it('do not feed themselves', () => {
    expect(rulesInFlow([ruleOf('a', 'web:/srv/', 'web:/srv/copy/')])[0]?.feeders).toEqual([])
  })

  it('are looked up by machine and path: each of many is compared with few', () => {
    let reads = 0
    const counted = (name: string): FileRule => {
      const rule = ruleOf(name, './site/', `${name}:/srv/`)
      return {
        spec: rule.spec,
        get ends() {
          reads += 1
          return rule.ends
        },
      }
    }
    const readsOf = (count: number) => {
      reads = 0
      rulesInFlow(Array.from({ length: count }, (_, index) => counted(`s${index}`)))
      return reads
    }
    expect(readsOf(400)).toBeLessThanOrEqual(5 * readsOf(100))
  })
})
