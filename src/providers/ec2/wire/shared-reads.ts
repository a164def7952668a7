import { isOfClass } from '../errors/provider-errors.js'
import type { Ec2Api } from './api.js'
import type { CallOptions } from './call-options.js'
import { createGathering } from './gather.js'

/** Who wants something by its id at the same moment shares a Describe. */
export function sharedById<Item>(
  read: (api: Ec2Api, ids: string[], options: CallOptions) => Promise<readonly Item[] | undefined>,
  idOf: (item: Item) => string | undefined,
): (api: Ec2Api, id: string) => Promise<Item | undefined> {
  return sharedFor((api) => {
    const readOne = async (id: string) => (await read(api, [id], {}))?.find((item) => idOf(item) === id)
    return (ids: readonly string[]) => {
      const distinct = [...new Set(ids)]
      if (distinct.length === 1) {
        const one = readOne(distinct[0] ?? '')
        return ids.map(() => one)
      }
      // One missing id fails a call by ids as a whole. Each is then asked for alone, with the patience that young ones get.
      const all = read(api, distinct, { isAbsenceBelieved: true }).then(
        (items) => new Map(items?.map((item) => [idOf(item), item])),
        (error: unknown) => {
          if (isOfClass(error, 'absent')) return undefined
          throw error
        },
      )
      return ids.map(async (id) => {
        const found = await all
        return found === undefined ? readOne(id) : found.get(id)
      })
    }
  })
}

/** A function whose calls of the same moment are answered together; `performWith` makes what answers them. */
export function sharedFor<Item, Result>(
  performWith: (api: Ec2Api) => (items: readonly Item[]) => readonly Promise<Result>[],
): (api: Ec2Api, item: Item) => Promise<Result> {
  const gatherings = new WeakMap<Ec2Api, (key: string, item: Item) => Promise<Result>>()
  return (api, item) => {
    const { clock, pollScale } = api.settings
    const gather =
      gatherings.get(api) ?? createGathering({ clock, windowMs: gatherMs * pollScale, perform: performWith(api) })
    gatherings.set(api, gather)
    return gather('', item)
  }
}

/** Chosen: short beside the 100 to 300 ms of a call. */
export const gatherMs = 50
