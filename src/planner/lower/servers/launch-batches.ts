import { canonicalJson } from '../../../core/digest.js'
import { compareAddresses, parseAddress, type Address, type Batch } from '../../../model/address.js'
import { batchMembersMax, batchOf } from '../../../model/launch/batch.js'
import type { StepId } from '../../../model/steps/step.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import type { StepFields } from '../../graph/step-graph.js'

/** A launch as its step says it, and what it waits for. */
export interface PlannedLaunch {
  readonly fields: StepFields<'create-server'>
  readonly needs: readonly StepId[]
}

/**
 * The servers that one call launches: of one count, next to each other, alike in all but their addresses, and waiting for the
 * same. Those that are launched alone are in no batch.
 */
export function launchBatches(launches: ReadonlyMap<Address, PlannedLaunch>): ReadonlyMap<Address, Batch> {
  const batches = new Map<Address, Batch>()
  let members: Address[] = []
  let shared = ''
  const close = () => {
    if (members.length > 1) {
      const batch = batchOf(members)
      for (const address of members) batches.set(address, batch)
    }
    members = []
  }
  for (const address of [...launches.keys()].sort(compareAddresses)) {
    const parts = parseAddress(address)
    const launch = launches.get(address)
    if (parts?.index === undefined || launch === undefined) continue
    const text = sharedText(launch)
    const before = members.at(-1)
    const isNext = before !== undefined && isBehind(before, parts)
    if (!isNext || text !== shared || members.length >= batchMembersMax) close()
    members.push(address)
    shared = text
  }
  close()
  return batches
}

function isBehind(
  before: Address,
  { name, index = 0 }: { readonly name: string; readonly index?: number | undefined },
) {
  const last = parseAddress(before)
  return last?.name === name && last.index === index - 1
}

function sharedText({ fields, needs }: PlannedLaunch): string {
  const { tags, rootVolumeTags, ...same } = fields
  return canonicalJson([same, ofNobody(tags), ofNobody(rootVolumeTags), needs])
}

/** Tags without those that say which one it is. */
function ofNobody(tags: Tags): Tags {
  const { [tagKeys.address]: _address, [tagKeys.name]: _name, ...shared } = tags
  return shared
}
