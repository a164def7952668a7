import { EC2Client } from '@aws-sdk/client-ec2'
import { Cancelled } from '../../../core/errors.js'
import { pause } from '../../../core/pause.js'
import { actions, type Action, type InputOf, type OutputOf } from './actions.js'
import { providerError, toProviderError } from '../errors/provider-errors.js'
import { withRetries } from './retry-calls.js'
import type { Ec2Target, Settings } from './ec2-target.js'
import { boundAnswers } from './answers/bounded-answers.js'
import { PlainAnswersProtocol } from './answers/plain-answers.js'
import { createLanes } from './lanes.js'
import type { CallOptions } from './call-options.js'
import { configurationOf, siblingConfigurationOf, type ClientConfiguration } from './client-configuration.js'
import { createServices, type Services } from './services.js'
import { createYoungObjects, type YoungObjects } from './young.js'

/** EC2 as the rest of this folder sees it: one typed call, which retries by class and rejects with ProviderErrors alone. */
export interface Ec2Api extends Services {
  call<A extends Action>(action: A, input: InputOf<A>, options?: CallOptions): Promise<OutputOf<A>>
  readonly young: YoungObjects
  readonly settings: Settings
  readonly target: Ec2Target
  /** The region in force: the target's, else the SDK's; rejects when there is none. */
  region(): Promise<string>
  /** The same account in another region: with the same credentials, guard and settings, and buckets of its own. One for each region. */
  inRegion(region: string): Ec2Api
  /** How messages name the other side. */
  readonly endpointName: string
  /** Sleeps for a pause that EC2's pace asks for, shortened by `pollScale`; an interruption ends it with Cancelled. */
  pause(durationMs: number): Promise<void>
  /** What calls are signed with, for a client of another AWS service; the endpoint only where it is the sandbox's. */
  readonly siblingConfiguration: ClientConfiguration
  close(): void
}

interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined }
}

/** Makes the client; nothing is sent and no credentials are looked up before the first call. */
export function createEc2Api(target: Ec2Target, settings: Settings): Ec2Api {
  // The SDK's version is pinned here, so its advice about Node is nothing that the operator could follow.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const clientConfiguration = configurationOf(target)
  const client = new EC2Client({ ...clientConfiguration, protocol: PlainAnswersProtocol })
  const young = createYoungObjects(settings.clock)
  const lanes = createLanes(settings)
  const endpointName = target.endpoint ?? (target.region === undefined ? 'EC2' : `EC2 in ${target.region}`)
  boundAnswers(client, endpointName)
  // The command classes are one union here; `call` gives each action its own types.
  const send = client.send.bind(client) as (command: unknown) => Promise<Answer>
  const elsewhere = new Map<string, Ec2Api>()
  let answered = false
  let closed = false

  async function sendOnce(action: Action, input: unknown): Promise<unknown> {
    if (closed) throw new Cancelled('the connection to EC2 was closed')
    const command = new (actions[action].command as new (input: unknown) => unknown)(input)
    try {
      const output = await send(command)
      checkAnswer(output, action)
      answered = true
      return output
    } catch (error) {
      const translated = toProviderError(error, { action, endpoint: endpointName })
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined)
        answered = true
      throw translated
    }
  }

  /** An HTML page with status 200 parses as an answer without any resources; EC2 signs each of its answers with an id. */
  function checkAnswer(output: Answer, action: Action): void {
    if (output.$metadata.requestId !== undefined) return
    throw providerError('EC2_PROTOCOL', 'fatal', `${action} failed: what answered at ${endpointName} is not EC2`, {
      hint: 'the answer has no request id; check `target.endpoint`, and whether a proxy or a login page stands between',
      action,
    })
  }

  const services = createServices(target, settings)
  return {
    ...services,
    young,
    settings,
    target,
    endpointName,
    siblingConfiguration: siblingConfigurationOf(target),
    inRegion: (region) => {
      const known = elsewhere.get(region) ?? createEc2Api({ ...target, region }, settings)
      elsewhere.set(region, known)
      return known
    },
    call: async (action, input, options) => {
      const { lane, afterDoubt, isRemoval, isDestructive } = actions[action]
      const isGuarded = lane !== 'read' && options?.isForLock !== true
      // Asked again before each attempt: pauses between attempts, and a turn in a lane, may outlast a lease.
      const attempt = async () => {
        await options?.confirm?.()
        if (isGuarded) await settings.guard({ action, isDestructive })
        return sendOnce(action, input)
      }
      const inTurn = <Result>(one: () => Promise<Result>) =>
        options?.isForLock === true ? one() : lanes.send(action, instancesIn(input), one)
      if (options?.isTriedOnce === true) return (await inTurn(attempt)) as OutputOf<typeof action>
      const output = await withRetries(attempt, {
        inTurn,
        clock: settings.clock,
        random: settings.random,
        pollScale: settings.pollScale,
        afterDoubt,
        isRemoval,
        isYoung: () => options?.isAbsenceBelieved !== true && (options?.seen === true || young.isNamedIn(input)),
        // A network comes back by itself; a sandbox that is gone was ended.
        hasAnswered: () => answered && target.isSandbox !== true,
      })
      return output as OutputOf<typeof action>
    },
    region: async () => {
      try {
        return await client.config.region()
      } catch (error) {
        throw toProviderError(error, { action: 'region', endpoint: endpointName })
      }
    },
    pause: (durationMs) => pause(settings.clock, durationMs * settings.pollScale),
    close: () => {
      closed = true
      client.destroy()
      for (const other of elsewhere.values()) other.close()
      for (const service of Object.values(services)) service.close()
    },
  }
}

/** How many instances a call asks for or names. */
function instancesIn(input: object): number {
  if ('MaxCount' in input) return Number(input.MaxCount)
  return 'InstanceIds' in input && Array.isArray(input.InstanceIds) ? Math.max(1, input.InstanceIds.length) : 1
}
