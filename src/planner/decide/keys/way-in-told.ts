import type { Address } from '../../../model/address.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { World } from '../../world.js'
import { warningOf } from '../decided.js'

/**
 * What people must know of how the servers of a pair are entered from here, by what was seen when they were: nothing where its
 * private half is here, or in an agent; else who lets this machine in, or that nobody does.
 */
export function wayInTold({ spec, live }: World, keyPair: Address, isHere: boolean): readonly Problem[] {
  const facts = spec.servers
    .filter((server) => server.keyPair === keyPair)
    .map(({ address }) => ({ address, facts: live.stack.hosts[address] }))
  const entered = facts.flatMap(({ address, facts: seen }) => (seen?.kind === 'read' ? [{ address, seen }] : []))
  const admitted = entered.flatMap(({ address, seen }) => (seen.admitted === true ? [address] : []))
  if (admitted.length > 0) {
    const are = admitted.length === 1 ? 'is' : 'are'
    const message = `${shortened(admitted)} ${are} entered by EC2 Instance Connect: the private half of ${keyPair} is not on this machine`
    return [warningOf(keyPair, 'PLAN_KEY_NOT_HERE', message, admittedHint)]
  }
  if (isHere || entered.length > 0) return []
  const closed = facts.flatMap(({ address, facts: seen }) => (seen?.kind === 'unreadable' ? [{ address, seen }] : []))
  const [{ seen } = {}] = closed
  const consequence =
    seen !== undefined
      ? `, and ${shortened(closed.map(({ address }) => address))} cannot be entered: ${seen.reason}`
      : ': from here servers are entered by EC2 Instance Connect alone, where their image and this account have it'
  const message = `the private half of ${keyPair} was generated on another machine${consequence}`
  return [warningOf(keyPair, 'PLAN_KEY_NOT_HERE', message, seen?.hint ?? whatToDo)]
}

const admittedHint =
  'that asks for no key here, and for the action ec2-instance-connect:SendSSHPublicKey; a key in the SSH agent, or a key pair of your own under keyPairs, does without'

const whatToDo =
  'load it into the SSH agent here, copy it from the keys directory of the machine that made it, or name a key pair of your own under keyPairs: it is then let into the servers from that machine; EC2 Instance Connect needs its package on the image, and the action ec2-instance-connect:SendSSHPublicKey'

function shortened([first, ...others]: readonly Address[]): string {
  if (others.length === 0) return String(first)
  return others.length === 1 ? `${first} and ${others[0]}` : `${first} and ${others.length} others`
}
