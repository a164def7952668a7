import { relocated } from '../../model/moves/relocated.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { CloudFacts, CloudPort, CloudQuery } from '../ports.js'

/** Reads what belongs to a stack, each thing under the address that its file has for it now. */
export async function observeCloud(
  spec: StackSpec,
  cloud: Pick<CloudPort, 'observe'>,
  query: CloudQuery,
): Promise<CloudFacts> {
  return relocated(await cloud.observe(query), spec)
}
