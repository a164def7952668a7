import { describe, expect, it } from 'vitest'
import { liveSources } from '../../../src/model/outputs/live-sources.js'
import { shownOutput, type OutputSpec } from '../../../src/model/outputs/stack-output.js'
import { tagKeys } from '../../../src/model/tags.js'
import type { ReferenceProperty, Source } from '../../../src/model/template.js'
import { outputLines, outputMembers, valueText } from '../../../src/report/tables/outputs-text.js'
import { at, emptyLive, specOf } from '../../support/live-stack.js'

const reference = (address: string, property: ReferenceProperty) => ({ address: at(address), property })
const known =
  (values: Readonly<Record<string, string>>) =>
  ({ address, property }: Source) =>
    values[`${address} ${property}`]

describe('what is shown of an output', () => {
  const url: OutputSpec = { name: 'url', value: { parts: ['http://', reference('server.web', 'publicIp'), '/'] } }
  const token: OutputSpec = { name: 'token', value: [{ parts: ['k-', { secret: 'token' }] }] }

  it('is its text, or its list, with what is known', () => {
    expect(shownOutput(url, known({ 'server.web publicIp': '192.0.2.1' }))).toEqual({
      name: 'url',
      value: 'http://192.0.2.1/',
    })
    const both: OutputSpec = {
      name: 'both',
      value: [{ parts: ['a'] }, { parts: [reference('server.web', 'elasticIp')] }],
    }
    expect(shownOutput(both, known({ 'elasticIp.web publicIp': '192.0.2.2' }))).toEqual({
      name: 'both',
      value: ['a', '192.0.2.2'],
    })
  })

  it('names what is lacking, each once', () => {
    const twice: OutputSpec = {
      name: 'x',
      value: [{ parts: [reference('server.web', 'id'), reference('server.web', 'id')] }],
    }
    expect(shownOutput(twice, known({}))).toEqual({ name: 'x', lacking: [{ address: 'server.web', property: 'id' }] })
  })

  it('is no value where a sensitive variable stands in it, but where that is revealed', () => {
    expect(shownOutput(token, known({}))).toEqual({ name: 'token', sensitive: true })
    expect(shownOutput(token, known({}), () => 'swordfish')).toEqual({
      name: 'token',
      sensitive: true,
      value: ['k-swordfish'],
    })
  })

  it('stands in a table, in JSON and bare', () => {
    const outputs = [
      { name: 'a', value: 'x\u001b[31m\ny' },
      { name: 'list', value: ['1', '2'] },
      { name: 'token', sensitive: true as const },
      { name: 'lost', unknown: 'server.web is not there' },
    ]
    expect(outputLines(outputs)).toEqual([
      String.raw`a      x\u001B[31m\ny`,
      'list   1, 2',
      'token  (sensitive)',
      'lost   (not known: server.web is not there)',
    ])
    expect(outputMembers(outputs)).toMatchObject({
      list: { value: ['1', '2'] },
      token: { value: null, sensitive: true },
      lost: { value: null, unknown: 'server.web is not there' },
    })
    expect([valueText('x'), valueText(['1', '2']), valueText([])]).toEqual(['x\n', '1\n2\n', ''])
  })
})

describe('what is live, for references', () => {
  const volume = (id: string, tags: Readonly<Record<string, string>> = {}) => ({
    address: at('volume.data'),
    id,
    tags,
    state: 'available' as const,
    sizeGiB: 1,
    type: 'gp3' as const,
    iops: 3000,
    throughputMiBps: 125,
    encrypted: false,
    kmsKey: undefined,
    zone: 'us-east-1a',
    snapshotId: undefined,
    attachment: undefined,
  })
  const empty = emptyLive(
    specOf('evenkeel: 1\nstack: demo\ntarget: sandbox\nvolumes: { data: { size: 1, zone: us-east-1a } }\n'),
  )
  const id = (volumes: readonly ReturnType<typeof volume>[]) =>
    liveSources({ ...empty, volumes })({ address: at('volume.data'), property: 'id' })

  it('is neither a kept volume, nor the root disk of a server, nor one of two with one address', () => {
    expect(id([volume('vol-1'), volume('vol-2', { [tagKeys.retained]: '2026-11-01T00:00:00.000Z' })])).toBe('vol-1')
    expect(id([volume('vol-1'), volume('vol-2')])).toBeUndefined()
    const root = { ...volume('vol-root'), address: at('server.web') }
    expect(liveSources({ ...empty, volumes: [root] })({ address: at('server.web'), property: 'id' })).toBeUndefined()
  })
})
