/** `Promise.all` over `items`, with at most `bound` of them in flight; results in the order of the items. */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  bound: number,
  perform: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await perform(item)
  }
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, worker))
  return results
}
