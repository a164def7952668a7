import { describe, expect, it } from 'vitest'
import { addressesNamed } from '../../src/app/addresses/named-addresses.js'
import { replacedByName } from '../../src/app/addresses/replaced.js'
import { at, specOf } from '../support/live-stack.js'
import { head } from '../support/stack-texts.js'

const known = ['keyPair.default', 'server.boot', 'server.web[0]', 'server.web[1]', 'volume.data[0]'].map(at)

const named = (...patterns: string[]) => addressesNamed(patterns, known, 'of the stack demo')

describe('addresses that are named', () => {
  it.each([
    [['server.web[0]'], ['server.web[0]']],
    [['server.web'], ['server.web[0]', 'server.web[1]']],
    [
      ['server.web[*]', 'server.web[1]'],
      ['server.web[0]', 'server.web[1]'],
    ],
    [
      ['volume.data', 'server.boot'],
      ['server.boot', 'volume.data[0]'],
    ],
  ])('%j: %j', (patterns, found) => expect(named(...patterns)).toEqual(found))

  it.each([
    [['server.wob[0]'], 'server.wob[0]', 'did you mean `server.web[0]`?'],
    [['web'], 'web', 'did you mean `server.web[0]`?'],
    [['', 'server.web[0]', 'x y\n'], ' or x y\n', expect.stringContaining('it has keyPair.default')],
    [['constructor.x'], 'constructor.x', expect.anything()],
  ])('%j: an error that names what is none', (patterns, unknown, hint) => {
    expect(() => named(...patterns)).toThrow(
      expect.objectContaining({
        code: 'ADDRESS_UNKNOWN',
        message: `nothing of the stack demo has the address ${unknown}`,
        hint,
      }),
    )
  })
})

describe('what is to be replaced by name', () => {
  const spec = specOf(`${head}servers:
  web: { count: 2, image: ami-00000001, type: t3.small, elasticIp: true }
volumes:
  data: { server: 'web[*]', size: 10 }
`)

  it('is a server or a volume of the file', () => {
    expect(replacedByName(['server.web', 'volume.data[1]'], spec)).toEqual([
      'server.web[0]',
      'server.web[1]',
      'volume.data[1]',
    ])
    expect(replacedByName(undefined, spec)).toEqual([])
  })

  it.each(['keyPair.default', 'securityGroup.default', 'elasticIp.web[0]'])('is not %s', (address) => {
    expect(() => replacedByName([address], spec)).toThrow(expect.objectContaining({ code: 'REPLACE_IMPOSSIBLE' }))
  })

  it('is nothing that the file does not have', () => {
    expect(() => replacedByName(['server.old'], spec)).toThrow(expect.objectContaining({ code: 'ADDRESS_UNKNOWN' }))
  })
})
