import type { CloudFacts, CloudQuery } from '../../executor/ports.js'
import type { Kind, Pending } from './kinds/kind.js'
import { kinds, type Descriptions } from './kinds/kinds.js'
import { checkAccount } from './lookups/account.js'
import { readAvailableZones } from './lookups/available-zones.js'
import { readEncryptionDefault } from './lookups/encryption-default.js'
import { readExistingGroups, readExistingKeyPairs } from './lookups/existing-selectors.js'
import { readImages } from './lookups/image-selectors.js'
import { observeOperatorIp } from './lookups/operator-ip.js'
import { readSubnets } from './lookups/subnet-selectors.js'
import type { Ec2Api } from './wire/api.js'
import { describeSettled } from './settled-reading.js'
import { factsOfAll } from './told-facts.js'

/**
 * Reads everything that belongs to a stack, all streams side by side. Rejects as a whole when any of them cannot be read:
 * a picture with a hole in it must never be taken for the world. Sends no call that changes anything.
 */
export async function observe(api: Ec2Api, query: CloudQuery): Promise<CloudFacts> {
  const region = await api.region()
  const [described, zones, images, subnets, account, operator, encryptsByDefault, existingGroups, existingKeyPairs] =
    await Promise.all([
      describeSettled(api, query, (asked) => describeKinds(api, asked)),
      readAvailableZones(api),
      readImages(api, query.images),
      readSubnets(api, query.subnets),
      checkAccount(api),
      observeOperatorIp(api, query.operatorIp),
      query.encryptionDefault === true ? readEncryptionDefault(api) : undefined,
      query.existingGroups && readExistingGroups(api, query.existingGroups),
      query.existingKeyPairs && readExistingKeyPairs(api, query.existingKeyPairs),
    ])
  const owner = account ?? described.securityGroup[0]?.OwnerId
  return {
    region,
    ...(owner !== undefined && { account: owner }),
    ...zones,
    images,
    subnets,
    ...operator,
    ...(encryptsByDefault !== undefined && { encryptsByDefault }),
    ...(existingGroups && { existingGroups }),
    ...(existingKeyPairs && { existingKeyPairs }),
    ...factsOfAll(described, query.adoptedIds),
  }
}

/** All kinds side by side; a kind that waits for another finds its promise, wherever the two stand in the table. */
async function describeKinds(api: Ec2Api, query: CloudQuery): Promise<Descriptions> {
  const pending: Record<string, Promise<unknown>> = {}
  const others = pending as Pending<Descriptions>
  const table: Readonly<Record<string, Kind<unknown, never, object, object, Descriptions>>> = kinds
  const started = Promise.resolve()
  for (const [name, kind] of Object.entries(table)) {
    pending[name] = started.then(() => kind.describe(api, query, others))
  }
  const described = await Promise.all(Object.values(pending))
  return Object.fromEntries(
    Object.keys(kinds).map((name, index) => [name, described[index]]),
  ) as unknown as Descriptions
}
