import type { PlanPlace } from '../../model/stacks/plan-place.js'
import type { Colors } from '../colors.js'

/** Whose plan it is, as far as that is known: what people look at before they say yes. */
export interface PlanHeading {
  readonly stack: string
  readonly target: 'sandbox' | 'ec2'
  readonly region: string | undefined
  /** Whose it is: as the file or what was read says; undefined: neither does. */
  readonly account: string | undefined
  readonly profile: string | undefined
  readonly revision: string | undefined
  /** The stack file, and what it builds on; left out: one that builds on nothing. */
  readonly files?: readonly string[]
}

/** `music-staging in us-east-1, account 123456789012`: where a plan would act, in one phrase. */
export function placeText({ stack, target, region, account, profile }: PlanHeading): string {
  const inSandbox = region === undefined ? 'the sandbox' : `the sandbox (${region})`
  const where = target === 'sandbox' ? inSandbox : (region ?? 'the region of the environment')
  const as = account === undefined && profile !== undefined ? `, profile ${profile}` : ''
  const owner = target === 'sandbox' ? '' : `, account ${account ?? 'unknown'}${as}`
  return `${stack} in ${where}${owner}`
}

/** The first lines of a plan: stack, place, and the revision that it would record; and the files, if there are several. */
export function headingLines(heading: PlanHeading, colors: Colors): readonly string[] {
  const { stack, revision } = heading
  const rest = placeText(heading).slice(stack.length)
  const at = revision === undefined ? '' : colors.dim(`, revision ${shortRevision(revision)}`)
  const files = filesText(heading)
  return [`${colors.bold(stack)}${rest}${at}`, ...(files === undefined ? [] : [colors.dim(`from ${files}`)])]
}

/** A commit's first 12 digits, of several each one's; a name of one's own as it is. */
export function shortRevision(revision: string): string {
  return revision.replaceAll(/(?<=^|\+)[0-9a-f]{40,64}(?=$|\+)/g, (commit) => commit.slice(0, 12))
}

/** `production.stack.yaml with base.yaml`: which files were read, where that is not the one that was named alone. */
function filesText({ files = [] }: PlanHeading): string | undefined {
  const [named, ...bases] = files
  return bases.length === 0 ? undefined : `${named} with ${bases.join(', ')}`
}

/** The same as a sentence: `In us-east-1, account 123456789012, revision 4f0c2aa.` */
export function placeSentence(heading: PlanHeading): string {
  const { stack, revision } = heading
  const at = revision === undefined ? '' : `, revision ${shortRevision(revision)}`
  const files = filesText(heading)
  const from = files === undefined ? '' : `, from ${files}`
  return `In${placeText(heading).slice(stack.length + ' in'.length)}${at}${from}.`
}

/** What of it data tell. */
export function placeOfHeading({ target, region, account, revision }: PlanHeading): PlanPlace {
  return { target, region: region ?? null, account: account ?? null, revision: revision ?? null }
}

/** The heading that such data make. */
export function headingOfPlace(stack: string, { target, region, account, revision }: PlanPlace): PlanHeading {
  return {
    stack,
    target,
    region: region ?? undefined,
    account: account ?? undefined,
    profile: undefined,
    revision: revision ?? undefined,
  }
}
