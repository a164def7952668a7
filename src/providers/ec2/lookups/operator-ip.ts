import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP } from 'node:net'
import { text } from 'node:stream/consumers'
import type { CloudFacts } from '../../../executor/ports.js'
import { messageOf } from '../../../core/errors.js'
import type { Ec2Api } from '../wire/api.js'
import { providerError } from '../errors/provider-errors.js'

const amazonCheck = 'https://checkip.amazonaws.com'
const timeoutMs = 5_000
const attemptsMax = 3

/** What an observation knows of this machine's address: that, or why it could not be found out. */
type OperatorAddress = Pick<CloudFacts, 'operatorIp' | 'operatorIpUnread'>

/** The address for an observation; one that cannot be found out is a fact, since only what names `my-ip` needs it. */
export async function observeOperatorIp(api: Ec2Api, isAsked: boolean): Promise<OperatorAddress> {
  if (!isAsked) return { operatorIp: undefined }
  try {
    return { operatorIp: await readOperatorIp(api) }
  } catch (error) {
    return { operatorIp: undefined, operatorIpUnread: messageOf(error) }
  }
}

/** The address from which this machine reaches EC2: Amazon's service tells it, or the sandbox (`/checkip`). */
async function readOperatorIp(api: Ec2Api): Promise<string> {
  const { endpoint, isSandbox } = api.target
  const url = isSandbox === true && endpoint !== undefined ? `${endpoint.replace(/\/+$/, '')}/checkip` : amazonCheck
  let failure: unknown
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    try {
      return await ask(url)
    } catch (error) {
      failure = error
      if (attempt < attemptsMax) await api.pause(500 * attempt)
    }
  }
  throw providerError(
    'EC2_OPERATOR_ADDRESS',
    'unreachable',
    `cannot find out this machine's public address from ${url}: ${messageOf(failure)}`,
    { hint: 'write a CIDR in place of `my-ip` in the stack file, e.g. `from: 203.0.113.7/32`', cause: failure },
  )
}

/** Asks by a connection of its own, which ends with the answer: `fetch` keeps a pool for each origin until the process ends. */
async function ask(url: string): Promise<string> {
  const { get } = url.startsWith('https:') ? https : http
  const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  // What goes wrong from here on, who reads the answer is told.
  request.on('error', () => undefined)
  const answer = (await text(response)).trim()
  if (response.statusCode !== 200) throw new Error(`HTTP status ${response.statusCode}`)
  if (isIP(answer) === 0) throw new Error(`the answer is no address: ${answer.slice(0, 80)}`)
  return answer
}
