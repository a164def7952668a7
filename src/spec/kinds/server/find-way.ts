import { parseAddress, type Address } from '../../../model/address.js'
import type { Context } from '../../context.js'
import type { TextReport } from '../../problem.js'
import { findDependencies } from '../../references/dependencies.js'

/** The one server that a `via` names; undefined, and told, where it names none, several, or no server. */
export function findWay(context: Context, text: string, report: TextReport): Address | undefined {
  const found = findDependencies(context, text, report)
  const [address] = found
  if (address === undefined) return undefined
  if (parseAddress(address)?.kind !== 'server') {
    report({
      code: 'SPEC_UNKNOWN_REFERENCE',
      message: `${JSON.stringify(text)} is no server`,
      hint: 'a server is entered through another server: write `via: server.<name>`',
    })
    return undefined
  }
  if (found.length === 1) return address
  report({
    code: 'SPEC_UNKNOWN_REFERENCE',
    message: `${JSON.stringify(text)} means several servers`,
    hint: `name one: ${address}`,
  })
  return undefined
}
