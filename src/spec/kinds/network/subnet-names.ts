import { reportAt, type Context } from '../../context.js'
import type { Path } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import type { SubnetShape } from '../../shape/stack-shape.generated.js'

/** Whether a subnet is one of the file: `network.lab.a`. */
export function isNetworkSubnet(subnet: SubnetShape): subnet is string {
  return typeof subnet === 'string' && subnet.startsWith('network.')
}

/** Reports a subnet of the file that the file does not have. */
export function checkSubnetName(context: Context, path: Path, subnet: SubnetShape | undefined): void {
  if (subnet === undefined || !isNetworkSubnet(subnet)) return
  const name = findNamed(context, 'network', subnet, reportAt(context, path))
  if (name === undefined || name.includes('.')) return
  const first = [...context.declared.network.keys()].find((one) => one.startsWith(`${name}.`))
  const message = `${subnet} is a network, and servers live in its subnets`
  const hint = first === undefined ? `write one under networks.${name}.subnets` : `write network.${first}`
  reportAt(context, path)({ code: 'SPEC_UNKNOWN_REFERENCE', message, hint })
}

/** Reports what is no network of the file, written with or without `network.` before its name. */
export function checkNetworkName(context: Context, path: Path, network: string): void {
  const name = findNamed(context, 'network', network, reportAt(context, path))
  if (name === undefined || !name.includes('.')) return
  const message = `${network} is a subnet, and a group is of a whole network`
  reportAt(context, path)({ code: 'SPEC_UNKNOWN_REFERENCE', message, hint: `write ${name.split('.')[0]}` })
}
