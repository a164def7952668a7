import type { LiveNetwork, NetworkSpec } from '../../../model/kinds/network.js'

/** A route table with its routes in the words of the file: one by the network interface of an instance says that where the file says it. */
export function withWrittenRoutes(spec: NetworkSpec, live: LiveNetwork): LiveNetwork {
  if (spec.part !== 'routes' || live.part !== 'routes') return live
  const written = new Map(spec.routes.map(({ to, by }) => [to, by]))
  const routes = live.routes.map((route) => {
    const { to, interfaceId } = route
    return interfaceId !== undefined && written.get(to) === interfaceId ? { to, by: interfaceId } : route
  })
  return { ...live, routes }
}
