import type { LaunchTemplateVersion } from '@aws-sdk/client-ec2'
import type { LedgerEntry } from '../../../../model/ledger/past-run.js'
import type { RunNote } from '../../../../model/ledger/run-note.js'
import type { Ec2Api } from '../../wire/api.js'
import { readAll } from '../../wire/pages.js'
import { decodeLedger } from './ledger-codec.js'
import { absentAsUndefined, ledgerName, userDataOf } from './ledger-versions.js'

/** What the kept versions of a stack's ledger tell, oldest first; those that tell nothing of a run are among them, but parts. */
export async function readHistory(api: Ec2Api, stack: string): Promise<readonly LedgerEntry[]> {
  const versions = await absentAsUndefined(
    readAll(
      api,
      'DescribeLaunchTemplateVersions',
      { LaunchTemplateName: ledgerName(stack) },
      ({ LaunchTemplateVersions }) => LaunchTemplateVersions,
    ),
  )
  return (versions ?? [])
    .flatMap((version): readonly LedgerEntry[] => {
      const decoded = decodedOf(version)
      if (decoded === undefined || decoded.kind === 'part') return []
      const note = noteOf(version)
      const { VersionNumber = 0, CreatedBy: principal } = version
      return [{ version: VersionNumber, principal, at: momentOf(version), ...(note && { note }) }]
    })
    .sort((left, right) => left.version - right.version)
}

/** What one version tells of when it was written, and by which run. */
export function ledgerSightOf(version: LaunchTemplateVersion | undefined): {
  readonly at: string | undefined
  readonly note?: RunNote
} {
  if (!version) return { at: undefined }
  const note = noteOf(version)
  return { at: momentOf(version), ...(note && { note }) }
}

function noteOf(version: LaunchTemplateVersion): RunNote | undefined {
  const decoded = decodedOf(version)
  return decoded?.kind === 'whole' || decoded?.kind === 'list' ? decoded.note : undefined
}

function decodedOf(version: LaunchTemplateVersion) {
  const bytes = userDataOf(version)
  return bytes && decodeLedger(bytes)
}

function momentOf({ CreateTime }: LaunchTemplateVersion): string | undefined {
  return CreateTime?.toISOString()
}
