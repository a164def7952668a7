import { UsageError } from '../../core/errors.js'
import type { CloudPort } from '../../executor/ports.js'
import type { Target } from '../../model/stack-spec.js'
import { createEc2Cloud } from '../../providers/ec2/cloud.js'
import { targetOf } from '../../spec/written-target.js'
import { placeOfStack } from '../place.js'

/** Where to look where no stack file says it, in the AWS command line's words; what is left out is as AWS is set up here. */
export interface PlaceWords {
  /** `sandbox`, or a region. */
  readonly target?: string | undefined
  readonly region?: string | undefined
  readonly profile?: string | undefined
  /** Twelve digits: the account that the credentials must belong to. */
  readonly account?: string | undefined
  readonly endpoint?: string | undefined
}

/** The target that the words name. Throws a UsageError where they exclude each other, or name none. */
function targetOfWords({ target, region, profile, account, endpoint }: PlaceWords): Target {
  if (target !== undefined && region !== undefined) {
    throw badPlace('--target and --region both say where', 'leave one of them out')
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw badPlace(`${JSON.stringify(account)} is no account`, 'an account has twelve digits')
  }
  if (endpoint !== undefined && (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))) {
    throw badPlace(`${JSON.stringify(endpoint)} is no endpoint`, 'it is written https://host')
  }
  if (target === 'sandbox' && (profile ?? account ?? endpoint) !== undefined) {
    throw badPlace(
      'the sandbox has no profile, account or endpoint to choose',
      'leave --profile, --account and --endpoint out',
    )
  }
  return targetOf({ profile, account, endpoint }, target ?? region, ({ message }) => {
    throw badPlace(message)
  })
}

/** The same words as they are typed. */
export function placeWordsText(words: PlaceWords): string {
  return (['target', 'region', 'profile', 'account', 'endpoint'] as const)
    .flatMap((name) => (words[name] === undefined ? [] : [`--${name} ${words[name]}`]))
    .join(' ')
}

/** Runs `work` with the cloud that the words mean, and closes it. Starts the sandbox where that is meant. */
export async function withCloud<Result>(
  words: PlaceWords,
  sandboxDir: string | undefined,
  work: (cloud: CloudPort, target: Target) => Promise<Result>,
): Promise<Result> {
  const target = targetOfWords(words)
  const place = await placeOfStack({ stack: '', target }, sandboxDir)
  const cloud = createEc2Cloud(place.target, place.pace)
  try {
    return await work(cloud, target)
  } finally {
    cloud.close()
  }
}

function badPlace(message: string, hint?: string): UsageError {
  return new UsageError('USAGE', message, { hint })
}
