import type { ServerCheck, ServerStatus } from '../../executor/ports.js'
import type { Address } from '../../model/address.js'
import type { LiveTarget } from '../../model/kinds/load-balancer.js'

/** What servers can be waited for. */
export const awaitedStates = ['running', 'healthy', 'stopped'] as const
export type AwaitedState = (typeof awaitedStates)[number]

/** How a server stands to what it is waited for; `hopeless`: it never gets there. */
export type Standing =
  | { readonly kind: 'reached' }
  | { readonly kind: 'waiting'; readonly because: string }
  | { readonly kind: 'hopeless'; readonly because: string }

const reached: Standing = { kind: 'reached' }
const waiting = (because: string): Standing => ({ kind: 'waiting', because })

/** As EC2 alone tells it; undefined: EC2 does not show the instance, as it may for moments. */
export function standingAtEc2(goal: AwaitedState, status: ServerStatus | undefined): Standing {
  if (status === undefined) return waiting('EC2 does not show it')
  const { state, reason } = status
  const why = reason === undefined ? '' : ` (${reason})`
  if (state === 'shutting-down' || state === 'terminated') return { kind: 'hopeless', because: `it is ${state}${why}` }
  const wanted = goal === 'stopped' ? 'stopped' : 'running'
  if (state !== wanted) return waiting(`it is ${state}${state === 'stopped' ? why : ''}`)
  return goal === 'healthy' ? standingOfChecks(status) : reached
}

/** The check of volumes is told by `status`; a server whose disk is slow runs, and answers. */
function standingOfChecks({ system, instance }: ServerStatus): Standing {
  const checks: readonly (readonly [string, ServerCheck])[] = [
    ['the machine that it runs on', system],
    ['the instance', instance],
  ]
  const failing = checks.find(([, { status }]) => status !== 'ok')
  return failing ? waiting(`the check of ${failing[0]} says ${failing[1].status}`) : reached
}

/** As a load balancer tells it, with all that it knows of the instance; of several, one that gets traffic is enough. */
export function standingBehind(balancer: Address, targets: readonly LiveTarget[] | undefined): Standing {
  if (targets === undefined) return waiting(`${balancer} is not there`)
  if (targets.some(({ state }) => state === 'healthy')) return reached
  const [target] = targets
  if (target === undefined) return waiting(`${balancer} does not have it`)
  const reason = target.reason === undefined ? '' : ` (${target.reason})`
  return waiting(`${balancer} says ${target.state}${reason}`)
}
