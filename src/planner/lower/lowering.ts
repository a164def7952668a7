import type { Address } from '../../model/address.js'
import type { StepId } from '../../model/steps/step.js'
import type { Decisions } from '../decide/decisions.js'
import type { StepGraph } from '../graph/step-graph.js'
import type { World } from '../world.js'
import type { Leaving } from './leaving.js'
import type { Service } from './service/service.js'

/** What every lowering has: the decisions, and the graph, to which it adds steps and which it never asks whether a step is there. */
export interface Lowering {
  readonly world: World
  readonly decisions: Decisions
  readonly graph: StepGraph
  /** The copies of whole volumes during which a volume must rest, as source or destination. */
  readonly resting: (volume: Address) => readonly StepId[]
  /** The steps after which a server answers at the address that it keeps: it is entered after them. */
  readonly addressed: (server: Address) => readonly StepId[]
  /** The steps that take addresses of other servers from an instance: whoever enters it afterwards comes another way. */
  readonly freed: (instanceId: string) => readonly StepId[]
  /** The volumes that leave a server or an instance of it. */
  readonly leaving: Leaving
  /** When a server may leave service, and when it is back. */
  readonly service: Service
}
