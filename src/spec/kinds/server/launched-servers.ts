import type { ServerSpec } from '../../../model/kinds/server.js'
import type { SpecsOf } from '../spec-kind.js'

/** Everything that is launched: the servers, and those that live only while an archive is made. */
export function launchedServers(specsOf: SpecsOf): readonly ServerSpec[] {
  return [...specsOf('server'), ...specsOf('archive').map(({ server }) => server)]
}
