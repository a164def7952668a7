import type { ActionFacts } from './action-facts.js'
import type { CallOptions } from './call-options.js'
import { siblingConfigurationOf, type ClientConfiguration } from './client-configuration.js'
import type { Ec2Target, Settings } from './ec2-target.js'
import { createLanes } from './lanes.js'
import { withRetries } from './retry-calls.js'
import { toProviderError } from '../errors/provider-errors.js'

/** The actions of another AWS service that evenkeel calls. The SDK's command for each is found by its name. */
export type ServiceActions = Readonly<Record<string, ActionFacts>>

/** An AWS service beside EC2: one line of wire/services.ts. */
export interface Service<Sdk extends object, Actions extends ServiceActions> {
  /** How messages call it. */
  readonly title: string
  readonly actions: Actions
  /** The service's client of the SDK, loaded with its first call. */
  readonly load: () => Promise<Sdk>
  readonly connect: (sdk: Sdk, configuration: ClientConfiguration) => ServiceClient
}

interface ServiceClient {
  send(command: never): Promise<unknown>
  destroy(): void
}

type CommandOf<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk
  ? Sdk[`${Name}Command`] extends abstract new (...input: infer Input) => infer Command
    ? { readonly input: Input[0]; readonly command: Command }
    : never
  : never

type OutputOf<Command> = Command extends {
  resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: infer Output }>
}
  ? Output
  : never

/** As `Ec2Api.call`: by class of failure tried again, at the account's pace, guarded by the lease; ProviderErrors alone. */
export interface ServiceApi<Sdk extends object, Actions extends ServiceActions> {
  call<Name extends Extract<keyof Actions, string>>(
    action: Name,
    input: CommandOf<Sdk, Name>['input'],
    options?: Pick<CallOptions, 'confirm' | 'isAbsenceBelieved' | 'seen'>,
  ): Promise<OutputOf<CommandOf<Sdk, Name>['command']>>
  close(): void
}

/** Chosen: the buckets of these services are not documented, and smaller than EC2's. */
const rates = { read: { burst: 20, perSecond: 10 }, write: { burst: 10, perSecond: 3 } } as const

export function createServiceApi<Sdk extends object, Actions extends ServiceActions>(
  { title, actions, load, connect }: Service<Sdk, Actions>,
  target: Ec2Target,
  settings: Settings,
): ServiceApi<Sdk, Actions> {
  const lanes = createLanes(settings, {
    service: title,
    laneOf: (action) => actions[action]?.lane ?? 'write',
    rateOf: (action) => rates[actions[action]?.lane === 'read' ? 'read' : 'write'],
    resourceRateOf: () => undefined,
  })
  const region = target.region === undefined ? '' : ` in ${target.region}`
  const endpoint = target.isSandbox === true ? (target.endpoint ?? 'the sandbox') : `${title}${region}`
  let made: Promise<{ readonly sdk: Sdk; readonly client: ServiceClient }> | undefined
  let hasAnswered = false

  async function sendOnce(action: string, input: object): Promise<unknown> {
    made ??= load().then((sdk) => ({ sdk, client: connect(sdk, siblingConfigurationOf(target)) }))
    const { sdk, client } = await made
    const Command = (sdk as Readonly<Record<string, new (input: object) => never>>)[`${action}Command`]
    if (Command === undefined) throw new Error(`the SDK knows no ${action}`)
    try {
      const output = await client.send(new Command(input))
      hasAnswered = true
      return output
    } catch (error) {
      throw toProviderError(error, { action, endpoint })
    }
  }

  return {
    call: async (action, input, options = {}) => {
      const facts = actions[action] as ActionFacts
      const attempt = async () => {
        await options.confirm?.()
        if (facts.lane !== 'read') await settings.guard({ action, isDestructive: facts.isDestructive })
        return sendOnce(action, input as object)
      }
      const output = await withRetries(attempt, {
        inTurn: (one) => lanes.send(action, 1, one),
        clock: settings.clock,
        random: settings.random,
        pollScale: settings.pollScale,
        afterDoubt: facts.afterDoubt,
        isRemoval: facts.isRemoval,
        isYoung: () => options.isAbsenceBelieved !== true && options.seen === true,
        hasAnswered: () => hasAnswered && target.isSandbox !== true,
      })
      return output as OutputOf<CommandOf<Sdk, typeof action>['command']>
    },
    close: () => {
      void made?.then(({ client }) => client.destroy())
    },
  }
}
