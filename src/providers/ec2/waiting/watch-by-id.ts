import type { Ec2Api } from '../wire/api.js'
import { readForEach, type FilterList } from '../wire/pages.js'
import { createWatcher, type Watcher } from './waiters.js'

/**
 * Watches things of one kind by their ids, which are sent as a filter: a missing id leaves a gap in the answer then, where
 * `InstanceIds` would fail it whole.
 */
export function watchById<Item>(
  api: Ec2Api,
  filterName: string,
  read: (api: Ec2Api, filters: FilterList) => Promise<readonly Item[]>,
  idOf: (item: Item) => string | undefined,
  stateOf: (item: Item) => string | undefined,
): Watcher<Item> {
  const { clock, pollScale, timeoutScale } = api.settings
  return createWatcher<Item>({
    clock,
    pollScale,
    timeoutScale,
    stateOf,
    read: async (ids) => {
      const found = await readForEach(ids, (Values) => read(api, [{ Name: filterName, Values }]))
      return new Map(found.map((item) => [idOf(item) ?? '', item]))
    },
  })
}
