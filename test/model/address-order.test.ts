import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressSortKey, compareText, sortedAddresses } from '../../src/model/address-order.js'
import { addressOf, compareAddresses } from '../../src/model/address.js'
import { resourceKinds } from '../../src/model/kinds/kinds.js'

const addresses = fc
  .tuple(
    fc.constantFrom(...resourceKinds),
    fc.stringMatching(/^[a-z][a-z0-9-]{0,3}$/),
    fc.option(fc.nat(99_999), { nil: undefined }),
  )
  .map(([kind, name, index]) => addressOf(kind, kind === 'interface' ? `${name}.${name}` : name, index))

describe('the sort key of an address', () => {
  it('orders as compareAddresses does', () => {
    fc.assert(
      fc.property(addresses, addresses, (left, right) => {
        const byKey = compareText(addressSortKey(left), addressSortKey(right))
        expect(Math.sign(byKey)).toBe(Math.sign(compareAddresses(left, right)))
      }),
    )
  })

  it('is used to sort without repeats', () => {
    const [a, b] = [addressOf('server', 'web', 2), addressOf('server', 'web', 10)]
    expect(sortedAddresses([b, a, b])).toEqual([a, b])
  })
})
