import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/**
 * Bundles a TypeScript file of the tests, with what it imports of src/, and returns where the module lies. `isWhole`: with the
 * packages too, so that it starts as quickly as the built command; but for ssh2, which has a native half.
 */
export async function bundleOf(path, { isWhole = false } = {}) {
  const root = new URL('../../', import.meta.url)
  const file = fileURLToPath(
    new URL(`node_modules/.evenkeel-bench/${path.replaceAll('/', '-').replace(/\.ts$/, '.mjs')}`, root),
  )
  const bundle = await rolldown({
    input: fileURLToPath(new URL(path, root)),
    platform: 'node',
    external: isWhole ? ['ssh2'] : (id) => /^[a-z@]/.test(id),
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    logLevel: 'silent',
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  return file
}
