import type { Parameter, SSMClient } from '@aws-sdk/client-ssm'
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
  return withSsm(api, async ({ GetParametersCommand }, send) => {
    const outputs = await Promise.all(
      chunksOf(distinct, namesMax).map((chunk) =>
        send('GetParameters', (client) =>
          client.send(new GetParametersCommand({ Names: [...chunk], WithDecryption: true })),
        ),
      ),
    )
    return new Map(outputs.flatMap(({ Parameters }) => valuesOf(Parameters)))
  })
}

/** The values of all parameters below a path, e.g. `/aws/service/debian/release/12`, by name. */
export async function readParametersBelow(api: Ec2Api, path: string): Promise<ReadonlyMap<string, string>> {
  return withSsm(api, async ({ GetParametersByPathCommand }, send) => {
    const found: [string, string][] = []
    let NextToken: string | undefined
    do {
      const input = { Path: path, Recursive: true, MaxResults: namesMax, NextToken }
      const output = await send('GetParametersByPath', (client) => client.send(new GetParametersByPathCommand(input)))
      found.push(...valuesOf(output.Parameters))
      NextToken = output.NextToken
    } while (NextToken !== undefined && NextToken !== '')
    return new Map(found)
  })
}

type Sdk = typeof import('@aws-sdk/client-ssm')
type Send = <Output>(action: string, call: (client: SSMClient) => Promise<Output>) => Promise<Output>

async function withSsm<Result>(api: Ec2Api, work: (sdk: Sdk, send: Send) => Promise<Result>): Promise<Result> {
  const sdk = await import('@aws-sdk/client-ssm')
  const client = new sdk.SSMClient(api.siblingConfiguration)
  const { clock, random, pollScale } = api.settings
  const send: Send = (action, call) =>
    withRetries(
      async () => {
        try {
          return await call(client)
        } catch (error) {
          throw toProviderError(error, { action, endpoint: placeOf(api) })
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
    )
  try {
    return await work(sdk, send)
  } finally {
    client.destroy()
  }
}

function valuesOf(parameters: readonly Parameter[] | undefined): readonly [string, string][] {
  return (parameters ?? []).flatMap(({ Name, Value }): [string, string][] =>
    Name === undefined || Value === undefined ? [] : [[Name, Value]],
  )
}

/** How messages name Systems Manager; it is not where an own endpoint of EC2 is. */
function placeOf({ target, endpointName }: Ec2Api): string {
  if (target.isSandbox === true) return endpointName
  return target.region === undefined ? 'Systems Manager' : `Systems Manager in ${target.region}`
}
