import type { CloudPort } from '../../executor/ports.js'
import { pastRuns, type StackHistory } from '../../model/ledger/past-run.js'
import { withCloud, type PlaceWords } from './place-words.js'
import { unknownStack } from './stack-from-tags.js'

/** What EC2 remembers of a stack's runs. */
export async function historyOfStack(cloud: CloudPort, stack: string): Promise<StackHistory> {
  const entries = await cloud.readHistory(stack)
  return { stack, runs: pastRuns(entries), unnoted: entries.filter(({ note }) => note === undefined) }
}

/** The same without the stack's file. Rejects with a UsageError where nothing bears the name. */
export function historyOfName(stack: string, words: PlaceWords, sandboxDir: string | undefined): Promise<StackHistory> {
  return withCloud(words, sandboxDir, async (cloud) => {
    const history = await historyOfStack(cloud, stack)
    if (history.runs.length + history.unnoted.length > 0) return history
    const [where, stacks] = await Promise.all([cloud.whereabouts(), cloud.listStacks()])
    if (stacks.some((one) => one.stack === stack)) return history
    throw unknownStack(stack, where, stacks)
  })
}
