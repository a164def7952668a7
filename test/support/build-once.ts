import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Before the first test that runs the built command line: dist/ is made once, when it is older than src/. */
export default function setup(): void {
  const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))
  execFileSync(process.execPath, [script, '--if-stale'], { stdio: 'inherit' })
}
