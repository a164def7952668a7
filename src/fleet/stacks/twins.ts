import type { FleetStack, StackPlace } from '../types.js'
import { refused } from './place-of-stack.js'

/** Two files that say the same stack in one place would take each other's servers away by turns: neither is worked on. */
export function withoutTwins(stacks: readonly FleetStack[]): readonly FleetStack[] {
  const files = new Map<string, string[]>()
  for (const { id, ...stack } of stacks) {
    const said = placeSaidBy(stack)
    if (said) files.set(keyOf(said), [...(files.get(keyOf(said)) ?? []), id])
  }
  return stacks.map((stack) => {
    const said = placeSaidBy(stack)
    const twin = said && files.get(keyOf(said))?.find((id) => id !== stack.id)
    if (!said || twin === undefined) return stack
    const problem = `${stack.id}: this is ${said.stack} in ${said.region}, and so is ${twin}: one of both has to have another name`
    return { ...stack, ...refused(problem), twinAt: said }
  })
}

/** Also of one that was found to be a twin already. */
function placeSaidBy({ place, twinAt }: Pick<FleetStack, 'place' | 'twinAt'>): StackPlace | undefined {
  return place ?? twinAt
}

function keyOf({ account, region, stack }: StackPlace): string {
  return `${account} ${region} ${stack}`
}
