/** Polls until something is so; a limit alone ends it that no machine under load should come near. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 240_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not become so within 4 minutes')
    await new Promise((resolve) => {
      setTimeout(resolve, 200)
    })
  }
}
