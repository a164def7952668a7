import { describe, expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'
import { image } from '../../support/stacks.js'

const server = `{ image: ${image}, type: t3.small }`
const stack = (archive: string, rest = '') => `evenkeel: 1
stack: library
target: { region: us-east-1 }
archives:
  music: ${archive}
${rest}`

function specOf(text: string) {
  const result = parseStack({ file: 'stack.yaml', text })
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  return result
}

function mistakesIn(text: string) {
  const result = parseStack({ file: 'stack.yaml', text })
  return result.ok ? [] : result.diagnostics.map(({ code, line, message }) => [code, line, message])
}

describe('archives in a stack file', () => {
  it('have defaults, and a temporary server with the generated key and group', () => {
    const { spec, locate } = specOf(stack(`{ from: ~/Music, server: ${server} }`))
    expect(spec.archives).toMatchObject([
      {
        address: 'archive.music',
        from: '~/Music',
        fstype: 'ext4',
        keep: undefined,
        slackPercent: 15,
        checksum: false,
        exclude: [],
        server: { address: 'archive.music', type: 't3.small', keyPair: 'keyPair.default' },
      },
    ])
    expect(spec.keyPairs.map(({ address }) => address)).toEqual(['keyPair.default'])
    expect(spec.securityGroups.map(({ address }) => address)).toEqual(['securityGroup.default'])
    expect(spec.servers).toEqual([])
    expect(locate(spec.archives[0]?.address ?? expect.fail())).toMatchObject({ line: 5, column: 3 })
  })

  it('say all that they can, with variables, and tags of their own beside the stack’s', () => {
    const { spec } = specOf(
      stack(
        `{ from: ./m/, fstype: xfs, keep: 5, slack: 30%, checksum: true, exclude: ['*.tmp'], tags: { a: b },
           server: { image: ${image}, type: t3.small, zone: us-east-1b, keyPair: deploy, securityGroups: [web], user: admin } }`,
        `keyPairs: { deploy: { publicKey: ./key.pub } }
securityGroups: { web: {} }
tags: { team: audio }`,
      ),
    )
    expect(spec.archives).toMatchObject([
      { fstype: 'xfs', keep: 5, slackPercent: 30, checksum: true, exclude: ['*.tmp'], tags: { a: 'b', team: 'audio' } },
    ])
    expect(spec.archives[0]?.server).toMatchObject({
      zone: 'us-east-1b',
      keyPair: 'keyPair.deploy',
      securityGroups: ['securityGroup.web'],
      user: 'admin',
    })
  })

  it('are of local directories only', () => {
    const [mistake] = mistakesIn(stack(`{ from: 'web:/srv/music', server: ${server} }`))
    expect(mistake).toEqual([
      'SPEC_BAD_ARCHIVE',
      5,
      'an archive is made of a directory of this machine, not of a server or a volume',
    ])
  })

  it.each([
    [`{ server: ${server} }`, 'SPEC_MISSING_KEY'],
    [`{ from: ./m }`, 'SPEC_MISSING_KEY'],
    [`{ from: ./m, server: { type: t3.small } }`, 'SPEC_MISSING_KEY'],
    [`{ from: ./m, fstype: vfat, server: ${server} }`, 'SPEC_INVALID_VALUE'],
    [`{ from: ./m, slack: 1.5, server: ${server} }`, 'SPEC_WRONG_TYPE'],
    [`{ from: ./m, slack: much, server: ${server} }`, 'SPEC_INVALID_VALUE'],
    [`{ from: ./m, keep: 0, server: ${server} }`, 'SPEC_OUT_OF_RANGE'],
    [`{ from: ./m, server: { image: ${image}, type: t3.small, keyPair: nobody } }`, 'SPEC_UNKNOWN_REFERENCE'],
    [`{ from: ./m, server: { image: ${image}, type: t3.small, zone: eu-west-1a } }`, 'SPEC_ZONE_MISMATCH'],
    [`{ from: ./m, server: { image: ${image}, type: t3.small, setup: [] } }`, 'SPEC_UNKNOWN_KEY'],
    [`{ from: ./m, tags: { 'aws:x': y }, server: ${server} }`, 'SPEC_BAD_TAG'],
  ])('%s is %s', (archive, code) => {
    expect(mistakesIn(stack(archive)).map(([found]) => found)).toEqual([code])
  })
})
