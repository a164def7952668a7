import { findRevision } from '../app/revision.js'
import { directoriesOf, type StackFile } from '../app/stack-file.js'
import type { Session } from '../app/session.js'
import type { PlanHeading } from '../report/plan/plan-heading.js'

/** Whose plan a session makes. */
export async function headingOf(
  { file, region, account }: Session,
  options: { readonly revision?: string },
): Promise<PlanHeading> {
  const revision = await findRevision(options.revision, directoriesOf(file))
  const known = headingOfFile(file)
  return { ...known, account: known.account ?? account, region, revision }
}

/** The same as far as a file tells by itself. */
export function headingOfFile({ spec, path, bases }: Pick<StackFile, 'spec' | 'path' | 'bases'>): PlanHeading {
  const { target, stack } = spec
  const { account, profile } = target.kind === 'ec2' ? target : { account: undefined, profile: undefined }
  const { kind, region } = target
  return { stack, target: kind, region, account, profile, revision: undefined, files: [path, ...bases] }
}
