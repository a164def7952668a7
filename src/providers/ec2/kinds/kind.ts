import type { CloudQuery } from '../../../executor/ports.js'
import type { Census } from '../tags/census.js'
import type { TaggedItem } from '../tags/tag-lists.js'
import type { Ec2Api } from '../wire/api.js'

/** What EC2 says of other kinds, for a kind that must know it before it asks for its own; each is asked for once. */
export type Pending<Descriptions extends object> = {
  readonly [Name in keyof Descriptions]: Promise<Descriptions[Name]>
}

/**
 * Everything that this provider knows of one kind of resource. A member that EC2 always sends, and that a broken emulator
 * leaves out, becomes an empty text or 0 in the facts rather than a crash.
 *
 * `Described` is what EC2 said of a stack's resources of this kind, in its own words; `Needed` is what of all the kinds'
 * descriptions its facts are told from; `Facts` is its part of an observation, `Cloud` its part of the port; `Awaited` is
 * what of the other kinds' descriptions it waits for (never in a circle).
 */
export interface Kind<Described, Needed, Facts, Cloud, Awaited extends object = never> {
  /** What its ids begin with, before the hyphen; of ARNs the service that they name. */
  readonly idPrefixes: readonly string[]
  /** One by its id, as it is now. Undefined, or a rejection of class `absent`, where there is none. */
  readonly readById: (api: Ec2Api, id: string) => Promise<TaggedItem | undefined>
  /** Reads the stack's by tag, and what the query names besides, in Describe calls alone. */
  readonly describe: (api: Ec2Api, query: CloudQuery, others: Pending<Awaited>) => Promise<Described>
  /** The same in the model's words, sorted; who is who says the census. Sends nothing. */
  readonly facts: (described: Needed, census: Census) => Facts
  /** How it comes, changes and goes. Who waits for the same kind shares its Describe calls. */
  readonly cloud: (api: Ec2Api) => Cloud
}
