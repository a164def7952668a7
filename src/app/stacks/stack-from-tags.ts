import { count } from '../../core/units.js'
import { UsageError } from '../../core/errors.js'
import { nowhere } from '../../model/file-location.js'
import { emptyStack } from '../../model/stack-spec.js'
import type { StackSummary, Whereabouts } from '../../model/stacks/stack-summary.js'
import { didYouMean } from '../../spec/nearest.js'
import type { StackFile } from '../stack-file.js'
import { placeWordsText, withCloud, type PlaceWords } from './place-words.js'

/** A stack whose file is not at hand, and where it was found. */
export interface FoundStack {
  /** Names nothing; what the stack has is told by its tags. */
  readonly file: StackFile
  readonly where: Whereabouts
}

/**
 * Finds a stack by its name where the words say. Rejects with a UsageError where nothing is called so. The account and
 * region that were looked at are written into what is returned, so that nothing later is done elsewhere.
 */
export function findStack(name: string, words: PlaceWords, sandboxDir: string | undefined): Promise<FoundStack> {
  return withCloud(words, sandboxDir, async (cloud, target) => {
    const [where, stacks] = await Promise.all([cloud.whereabouts(), cloud.listStacks()])
    if (!stacks.some(({ stack }) => stack === name)) throw unknownStack(name, where, stacks)
    const spec = emptyStack(name, target.kind === 'sandbox' ? target : { ...target, ...where })
    const file: StackFile = {
      path: [`--stack ${name}`, placeWordsText(words)].join(' ').trim(),
      directory: process.cwd(),
      isFromTags: true,
      bases: [],
      spec,
      locate: nowhere,
      locateVariable: () => undefined,
      variables: {},
      sensitive: [],
      notices: [],
    }
    return { file, where }
  })
}

/** That nothing bears this name, with what else is there. */
export function unknownStack(
  name: string,
  { region, account }: Whereabouts,
  stacks: readonly Pick<StackSummary, 'stack'>[],
): UsageError {
  const where = account === undefined ? region : `${region}, account ${account}`
  const names = stacks.map(({ stack }) => stack)
  const some =
    names.length === 0
      ? 'there is no stack at all: is this the right region and account?'
      : `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${count(names.length - 10, 'more', 'more')}` : ''}`
  return new UsageError('STACK_UNKNOWN', `nothing in ${where} is called ${name}`, {
    hint: didYouMean(name, names) ?? some,
  })
}
