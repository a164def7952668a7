const cleanUps: (() => unknown)[] = []

/** Runs `work` after the tests of the file that is running, the last one first. */
export function afterTests(work: () => unknown): void {
  cleanUps.push(work)
}

/** For test/support/each-file.ts alone. */
export async function cleanUp(): Promise<void> {
  for (const work of cleanUps.splice(0).toReversed()) await work()
}
