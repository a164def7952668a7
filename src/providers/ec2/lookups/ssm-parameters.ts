import type { Ec2Api } from '../wire/api.js'
import { toProviderError } from '../errors/provider-errors.js'
import { chunksOf } from '../wire/pages.js'
import { withRetries } from '../wire/retry-calls.js'

/** Systems Manager takes ten names a call. */
const namesMax = 10

/**
 * The values of public or own parameters by name, e.g. `/aws/service/debian/release/12/latest/amd64` -> `ami-…`, decrypted; one
 * that does not exist has no entry. The client is loaded only when a stack names a parameter at all.
 */
export async function readParameters(api: Ec2Api, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const distinct = [...new Set(names)]
  if (distinct.length === 0) return new Map()
  const { GetParametersCommand, SSMClient } = await import('@aws-sdk/client-ssm')
  const client = new SSMClient(api.siblingConfiguration)
  const { clock, random, pollScale } = api.settings
  try {
    const outputs = await Promise.all(
      chunksOf(distinct, namesMax).map((chunk) =>
        withRetries(
          async () => {
            try {
              return await client.send(new GetParametersCommand({ Names: [...chunk], WithDecryption: true }))
            } catch (error) {
              throw toProviderError(error, { action: 'GetParameters', endpoint: placeOf(api) })
            }
          },
          {
            clock,
            random,
            pollScale,
            afterDoubt: 'again',
            isRemoval: false,
            isYoung: () => false,
            hasAnswered: () => false,
          },
        ),
      ),
    )
    return new Map(
      outputs.flatMap(({ Parameters }) =>
        (Parameters ?? []).flatMap(({ Name, Value }): [string, string][] =>
          Name === undefined || Value === undefined ? [] : [[Name, Value]],
        ),
      ),
    )
  } finally {
    client.destroy()
  }
}

/** How messages name Systems Manager; it is not where an own endpoint of EC2 is. */
function placeOf({ target, endpointName }: Ec2Api): string {
  if (target.isSandbox === true) return endpointName
  return target.region === undefined ? 'Systems Manager' : `Systems Manager in ${target.region}`
}
