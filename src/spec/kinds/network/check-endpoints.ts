import { reportAt, type Context } from '../../context.js'
import { didYouMean } from '../../nearest.js'
import type { Path } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import type { NetworkShape } from '../../shape/stack-shape.generated.js'
import { isByRoute } from './network-parts.js'

/** Reports endpoints that would lead nowhere, or that EC2 refuses. */
export function checkEndpoints(context: Context, path: Path, network: NetworkShape): void {
  for (const [name, endpoint] of Object.entries(network.endpoints ?? {})) {
    if (!endpoint) continue
    const own = [...path, 'endpoints', name]
    if (isByRoute(endpoint)) {
      const needless = (['securityGroups', 'privateDns'] as const).find((key) => key in endpoint)
      if (needless === undefined) continue
      const message = `\`${needless}\` is of endpoints in subnets, and ${endpoint.service} is reached by a route`
      const hint = 'name `subnets`, or leave it out'
      reportAt(context, [...own, needless], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
      continue
    }
    if (!('subnets' in endpoint) && endpoint.service !== undefined) {
      const message = `\`subnets\` is missing: ${endpoint.service} is reached at an address in each of some subnets`
      reportAt(context, own, 'key')({ code: 'SPEC_MISSING_KEY', message, hint: 'name one subnet in each zone' })
    }
    const zones = new Map<string, string>()
    for (const [index, subnet] of (endpoint.subnets ?? []).entries()) {
      if (subnet === undefined) continue
      const report = reportAt(context, [...own, 'subnets', index])
      const known = Object.keys(network.subnets ?? {})
      if (!known.includes(subnet)) {
        const message = `the network has no subnet \`${subnet}\``
        report({ code: 'SPEC_UNKNOWN_REFERENCE', message, hint: () => didYouMean(subnet, known) })
        continue
      }
      const zone = network.subnets?.[subnet]?.zone ?? ''
      const other = zones.get(zone)
      if (other !== undefined && other !== subnet) {
        report({
          code: 'SPEC_BAD_NETWORK',
          message: `\`${other}\` is in ${zone} too: an endpoint has one address in a zone`,
        })
      }
      zones.set(zone, subnet)
    }
    for (const [index, group] of (endpoint.securityGroups ?? []).entries()) {
      if (group !== undefined)
        findNamed(context, 'securityGroup', group, reportAt(context, [...own, 'securityGroups', index]))
    }
    if ((endpoint.privateDns ?? true) && (network.dnsSupport === false || network.dnsHostnames === false)) {
      const message = 'the usual name of a service leads to an endpoint only where the network tells names'
      const hint = 'write `privateDns: false`, or leave `dnsSupport` and `dnsHostnames` out of the network'
      reportAt(context, own, 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
    }
  }
}
