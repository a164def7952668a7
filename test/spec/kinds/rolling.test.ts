import { describe, expect, it } from 'vitest'
import { head, mistakesIn, server, specOf } from '../support/specs.js'

const fileOf = (count: number | undefined, rolling: string) =>
  `${head}servers:\n  w: { ${server}, ${count === undefined ? '' : `count: ${count}, `}rolling: ${rolling} }\n`
const rollingOf = (count: number, rolling: string) => specOf(fileOf(count, rolling)).servers[0]?.rolling

describe('how the members of a count leave service', () => {
  it('is filled in, the same for each of them', () => {
    const { servers } = specOf(fileOf(2, '{ health: "curl -f ${server.w[0].privateIp}" }'))
    expect(servers.map(({ rolling }) => rolling)).toEqual(
      [0, 1].map(() => ({
        maxUnavailable: 1,
        order: 'ascending',
        health: { parts: ['curl -f ', { address: 'server.w[0]', property: 'privateIp' }] },
        timeoutSeconds: 60,
      })),
    )
    expect(rollingOf(2, '{ timeout: 5m, order: descending }')).toEqual({
      maxUnavailable: 1,
      order: 'descending',
      health: undefined,
      timeoutSeconds: 300,
    })
  })

  it.each([
    [10, '25%', 2],
    [3, '25%', 1],
    [4, '50%', 2],
    [4, '100%', 4],
    [10, '4', 4],
    [2, '5', 5],
  ])('of %i, %s are %i', (count, maxUnavailable, members) => {
    expect(rollingOf(count, `{ maxUnavailable: ${maxUnavailable} }`)?.maxUnavailable).toBe(members)
  })

  it.each([
    [undefined, '{ health: "true" }', 'SPEC_CONFLICTING_KEYS'],
    [2, '{ maxUnavailable: 0 }', 'SPEC_OUT_OF_RANGE'],
    [2, '{ maxUnavailable: 0% }', 'SPEC_INVALID_VALUE'],
    [2, '{ maxUnavailable: 120% }', 'SPEC_INVALID_VALUE'],
    [2, '{ health: "echo ${volume.gone.id}" }', 'SPEC_UNKNOWN_REFERENCE'],
    [2, '{ healthTimeout: 60s }', 'SPEC_UNKNOWN_KEY'],
    [2, '{ order: random }', 'SPEC_INVALID_VALUE'],
  ])('of a count of %s as %s is refused', (count, rolling, code) => {
    expect(mistakesIn(fileOf(count, rolling))).toEqual([expect.stringMatching(new RegExp(` ${code}$`))])
  })
})
