import type { Report } from './problem.js'
import type { TargetShape } from './shape/stack-shape.generated.js'
import type { Target } from '../model/stack-spec.js'

/** The region that the sandbox plays. */
const sandboxRegion = 'us-east-1'

const regionPattern = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/

/**
 * Where the stack lives: `override` (`--target`: `sandbox` or a region) over what the file says. A file that says nothing
 * means EC2 as the SDK's own settings have it.
 */
export function targetOf(written: TargetShape | undefined, override: string | undefined, report: Report): Target {
  if (override === 'sandbox') return sandbox
  if (override !== undefined && !regionPattern.test(override)) {
    const message = `${JSON.stringify(override)} is neither \`sandbox\` nor a region such as us-east-1`
    report({ code: 'SPEC_BAD_TARGET', message, path: [], at: 'value', origin: '--target' })
  }
  if (typeof written === 'string' && override === undefined) return sandbox
  const { region, profile, account, endpoint } = typeof written === 'object' ? written : {}
  return { kind: 'ec2', region: override ?? region, profile, account, endpoint }
}

const sandbox: Target = { kind: 'sandbox', region: sandboxRegion }
