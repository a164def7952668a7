import { expect, it } from 'vitest'
import { parseStack } from '../../../src/spec/parse.js'
import { adoptedStackText, type Adopted } from '../../../src/spec/writing/adopted-stack.js'

it('writes what was found as it stands, also where it looks like a reference', () => {
  const group = { id: 'sg-0123456789abcdef0', groupName: 'web', tags: {}, description: 'web ${var.tier}', ingress: [] }
  const adopted = { servers: [], volumes: [], securityGroups: [group], keyPairs: [] } as unknown as Adopted
  const { text } = adoptedStackText('shop', 'sandbox', adopted, new Map(), new Map())
  const result = parseStack({ file: 'stack.yaml', text, variables: {}, environment: {} })
  expect(result).toMatchObject({ ok: true, spec: { securityGroups: [{ description: 'web ${var.tier}' }] } })
})
