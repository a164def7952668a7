import { ignorable, type IgnoringKind } from '../../model/kinds/ignored-changes.js'
import { reportAt, type Context } from '../context.js'
import { didYouMean } from '../nearest.js'
import type { Path } from '../problem.js'

interface Ignoring {
  readonly ignoreChanges?: readonly (string | undefined)[] | undefined
}

/** Reports members of `ignoreChanges` that are nothing whose changes can be left alone. */
export function checkIgnored(context: Context, kind: IgnoringKind, path: Path, { ignoreChanges }: Ignoring): void {
  const names = Object.keys(ignorable[kind])
  for (const [index, name] of (ignoreChanges ?? []).entries()) {
    if (name === undefined || names.includes(name) || /^tags\../s.test(name)) continue
    reportAt(context, [...path, 'ignoreChanges', index])({
      code: 'SPEC_INVALID_VALUE',
      message: `changes of ${JSON.stringify(name)} cannot be left alone`,
      hint: () =>
        name === 'tags'
          ? 'name each tag: tags.team'
          : (didYouMean(name, names) ?? `known here: ${names.join(', ')}, tags.NAME`),
    })
  }
}

/** What an entry leaves alone, sorted; nothing where it says nothing. */
export function ignoredOf({ ignoreChanges }: Ignoring): { readonly ignoreChanges?: readonly string[] } {
  const names = (ignoreChanges ?? []).filter((name) => name !== undefined)
  return names.length === 0 ? {} : { ignoreChanges: [...new Set(names)].sort() }
}
