import type { CloudPort } from '../../executor/ports.js'
import { kinds, together } from './kinds/kinds.js'
import { createCatalogueCalls } from './catalogue/catalogue-calls.js'
import { createAdoptionCalls } from './adoption/read-adoptable.js'
import { readParameters } from './lookups/ssm-parameters.js'
import { createOffersCalls } from './lookups/read-offers.js'
import { observe } from './observe.js'
import { createStacksCalls } from './stacks/stacks-calls.js'
import { createTagCalls } from './tags/write-tags.js'
import { createEc2Api } from './wire/api.js'
import { settingsOf, type Ec2Options, type Ec2Target } from './wire/ec2-target.js'

export type { Ec2Options, Ec2Target } from './wire/ec2-target.js'

/**
 * EC2 as the executor sees it, through the AWS SDK. Nothing is sent before the first call; credentials, profile and region
 * that the target does not name come from the SDK's default chain. Rejects with EvenkeelErrors alone.
 */
export function createEc2Cloud(target: Ec2Target, options: Ec2Options = {}): CloudPort {
  const api = createEc2Api(target, settingsOf(target, options))
  return {
    observe: (query) => observe(api, query),
    ...together(Object.values(kinds).map((kind) => kind.cloud(api))),
    ...createTagCalls(api),
    ...createOffersCalls(api),
    ...createStacksCalls(api),
    ...createAdoptionCalls(api),
    ...createCatalogueCalls(api),
    secureParameters: (names) => readParameters(api, names),
    close: () => api.close(),
  }
}
