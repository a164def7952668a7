import type { ChangeKind, Impact } from '../../model/change.js'
import type { PlanView } from '../documents/plan-view.js'

/** What follows what: of a plan's steps, or of what they are about. Every edge leads from one node to another of the graph. */
export interface Graph {
  /** What it is of, for who cannot see it: `Steps of music-staging`. */
  readonly title: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

export interface GraphNode {
  readonly id: string
  /** What is done. */
  readonly action: string
  readonly address: string
  readonly change: ChangeKind
  readonly impact: Impact
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
}

export const graphSubjects = ['steps', 'resources'] as const
export type GraphSubject = (typeof graphSubjects)[number]

/** The graph of a plan, nodes in the plan's order, edges in the order of their ends. */
export function graphOf(plan: PlanView, subject: GraphSubject): Graph {
  return subject === 'steps' ? stepsGraph(plan) : resourcesGraph(plan)
}

/** Each step, and what it waits for; what goes without saying is left out. */
function stepsGraph({ stack, steps, changes }: PlanView): Graph {
  const kinds = new Map(changes.map(({ address, kind }) => [address, kind]))
  const known = new Set(steps.map(({ id }) => id))
  return {
    title: `Steps of ${stack}`,
    nodes: steps.map(({ id, kind, address, impact }) => ({
      id,
      action: kind,
      address,
      change: kinds.get(address) ?? 'update',
      impact,
    })),
    edges: steps.flatMap(({ id, needs }) =>
      needs.filter((need) => known.has(need)).map((need) => ({ from: need, to: id })),
    ),
  }
}

/** Each address about which something is done, and those whose steps its own wait for. */
function resourcesGraph({ stack, steps, changes }: PlanView): Graph {
  const addressOf = new Map(steps.map(({ id, address }) => [id, address]))
  const known = new Map(changes.map((change) => [change.address, change]))
  const addresses = [...new Set(addressOf.values())]
  const edges = new Map<string, GraphEdge>()
  for (const { address: to, needs } of steps) {
    for (const need of needs) {
      const from = addressOf.get(need)
      if (from !== undefined && from !== to) edges.set(JSON.stringify([from, to]), { from, to })
    }
  }
  return {
    title: `Resources of ${stack}`,
    nodes: addresses.map((address) => {
      const { kind = 'update', impact = 'none' } = known.get(address) ?? {}
      return { id: address, action: kind === 'none' ? 'tend' : kind, address, change: kind, impact }
    }),
    edges: [...edges.values()],
  }
}
