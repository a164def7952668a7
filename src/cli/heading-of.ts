import { findRevision } from '../app/revision.js'
import { directoriesOf } from '../app/stack-file.js'
import type { Session } from '../app/session.js'
import type { PlanHeading } from '../report/plan/plan-heading.js'

/** Whose plan a session makes. */
export async function headingOf(
  { spec, file, region }: Session,
  options: { readonly revision?: string },
): Promise<PlanHeading> {
  const { target, stack } = spec
  const revision = await findRevision(options.revision, directoriesOf(file))
  const { account, profile } = target.kind === 'ec2' ? target : { account: undefined, profile: undefined }
  return { stack, target: target.kind, region, account, profile, revision, files: [file.path, ...file.bases] }
}
