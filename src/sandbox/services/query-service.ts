import type { Action } from '../actions/action.js'
import type { Authority } from '../authorization/authority.js'
import type { Given } from '../authorization/required-targets.js'
import type { ApiError } from '../wire/api-error.js'
import type { OtherNames } from '../wire/known-names.js'
import type { XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'

/** A service of AWS with the Query protocol, or with the dialect of it that EC2 speaks. */
export interface QueryService extends OtherNames {
  /** In the scope of a signature, and before the colon in the names of IAM's actions. */
  readonly name: 'ec2' | 'elasticloadbalancing' | 'autoscaling'
  readonly actions: ReadonlyMap<string, Action>
  isVersion(version: string): boolean
  /** The parameters as EC2 would write them. */
  readPairs(pairs: ReadonlyMap<string, string>): ReadonlyMap<string, string>
  /** Throws unless the access key may do this. */
  authorize(authority: Authority, action: string, given: Given, world: World): void
  renderResponse(action: string, version: string | undefined, requestId: string, body: XmlRecord): string
  renderError(error: ApiError, requestId: string): string
  statusOf(error: ApiError): number
}
