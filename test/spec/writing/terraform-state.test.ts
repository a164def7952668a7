import { describe, expect, it } from 'vitest'
import { readTerraformState } from '../../../src/spec/writing/terraform-state.js'

const resource = (type: string, name: string, ...instances: readonly object[]) => ({
  mode: 'managed',
  type,
  name,
  instances,
})
const state = {
  version: 4,
  resources: [
    resource('aws_instance', 'web', { index_key: 0, attributes: { id: 'i-1', user_data: 'secret' } }),
    resource('aws_ebs_volume', 'data', { attributes: { id: 'vol-1' } }),
    resource('aws_key_pair', 'login', { attributes: { id: 'login', key_pair_id: 'key-1' } }),
    resource('aws_volume_attachment', 'data', { attributes: { id: 'vai-1' } }),
    resource('aws_eip', 'web', { attributes: { id: 'eipalloc-1' } }),
    { ...resource('aws_ami', 'debian', { attributes: { id: 'ami-1' } }), mode: 'data' },
  ],
}

describe('readTerraformState', () => {
  it('takes ids and names, tells what no stack file has, and keeps nothing else', () => {
    expect(readTerraformState(JSON.stringify(state))).toEqual({
      names: new Map([
        ['i-1', 'web-0'],
        ['vol-1', 'data'],
        ['key-1', 'login'],
      ]),
      unsupported: ['aws_eip.web'],
    })
  })

  it.each(['', '[]', '{"version":3}', '{', 'null'])('%s is none', (text) => {
    expect(readTerraformState(text)).toHaveProperty('mistake')
  })

  it('is not confused by what is not there', () => {
    const odd = {
      version: 4,
      resources: [null, { mode: 'managed' }, resource('aws_instance', 'x', {}, { attributes: 1 })],
    }
    expect(readTerraformState(JSON.stringify(odd))).toMatchObject({ names: new Map() })
  })
})
