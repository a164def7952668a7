import { defaultNetwork } from '../model/networks/network.js'
import { setEncryptionByDefault } from './encryption.js'
import { addKmsKey } from './kms-keys.js'
import { newVpc } from './vpc.js'
import type { World } from './world.js'

/** Notes that a region was used before: what the account took away does not come back at the next start. */
const usedBefore = 'account-opened'

/** Notes that the switch was given: what the account switched off since stays off. */
const encryptionGiven = 'account-encryption-given'

/** Makes what an account has in a region before it does anything, and what the sandbox's switches say of it. */
export function openAccount(world: World): void {
  const { defaultVpc = true, accountEncryption = false, kmsKeys } = world.cloud.switches
  // A region of 0.1.0 has its default VPC without a record of it.
  const isOld = world.securityGroups.size > 0
  if (!isNoted(world, usedBefore)) {
    note(world, usedBefore, true)
    if (defaultVpc || isOld) makeDefaultVpc(world)
  }
  if (isNoted(world, encryptionGiven) !== accountEncryption) {
    note(world, encryptionGiven, accountEncryption)
    if (accountEncryption) setEncryptionByDefault(world, true)
  }
  for (const key of kmsKeys?.split(',') ?? []) addKmsKey(world, key)
  world.commit()
}

function isNoted(world: World, id: string): boolean {
  return world.settings.get(id)?.isOn ?? false
}

function note(world: World, id: string, isOn: boolean): void {
  world.settings.put({ id, sequence: world.settings.get(id)?.sequence ?? world.nextSequence(), isOn })
}

/** The default VPC with its gateway, its route to it, and a subnet in each zone. */
export function makeDefaultVpc(world: World): void {
  const { vpc, subnets, gateway } = defaultNetwork(world.region)
  const { routeTable } = newVpc(world, vpc)
  world.internetGateways.put({ ...gateway, sequence: world.nextSequence() })
  world.routeTables.put({ ...routeTable, routes: [{ destination: '0.0.0.0/0', gatewayId: gateway.id }] })
  for (const subnet of subnets) world.subnets.put({ ...subnet, sequence: world.nextSequence() })
}
