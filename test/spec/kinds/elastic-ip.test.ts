import { describe, expect, it } from 'vitest'
import { head, mistakesIn, server, specOf } from '../support/specs.js'

const own = '${server.w.elasticIp}'

describe('elastic addresses in a stack file', () => {
  it('are one for each server of an entry that asks for them, with the tags of that server', () => {
    const spec = specOf(
      `${head}tags: { team: music }\nservers:\n  a: { ${server} }\n  b: { ${server}, elasticIp: false }\n  w: { ${server}, count: 2, elasticIp: true, tags: { tier: web } }\n  x: { ${server}, elasticIp: true }\n`,
    )
    const tags = { team: 'music', tier: 'web' }
    expect(spec.elasticIps).toEqual([
      { address: 'elasticIp.w[0]', server: 'server.w[0]', tags },
      { address: 'elasticIp.w[1]', server: 'server.w[1]', tags },
      { address: 'elasticIp.x', server: 'server.x', tags: { team: 'music' } },
    ])
  })

  it('are known before their server is, so that its own user data may tell them', () => {
    const spec = specOf(`${head}servers: { w: { ${server}, elasticIp: true, userData: "echo ${own}" } }\n`)
    expect(spec.servers[0]?.userData).toEqual({ parts: ['echo ', { address: 'server.w', property: 'elasticIp' }] })
    const publicIp = own.replace('elasticIp', 'publicIp')
    const circle = `${head}servers: { w: { ${server}, elasticIp: true, userData: "echo ${publicIp}" } }\n`
    expect(mistakesIn(circle)).toEqual([expect.stringMatching(/ SPEC_CYCLE$/)])
  })

  it('are named by their server alone', () => {
    const mistakes = mistakesIn(
      `${head}servers: { w: { ${server}, elasticIp: true, setup: ["\${elasticIp.w.publicIp}"] }, x: { ${server}, dependsOn: [elasticIp.w] } }\n`,
    )
    expect(mistakes.map((mistake) => mistake.split(' ')[1])).toEqual(['SPEC_BAD_REFERENCE', 'SPEC_UNKNOWN_REFERENCE'])
  })
})
