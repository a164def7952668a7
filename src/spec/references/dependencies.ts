import { compareAddresses } from '../../model/address.js'
import type { Address } from '../../model/address.js'
import { resourceKinds, type ResourceKind } from '../../model/kinds/kinds.js'
import { reportAt } from '../context.js'
import type { Context } from '../context.js'
import { didYouMean } from '../nearest.js'
import { ignore } from '../problem.js'
import type { Path, TextReport } from '../problem.js'
import { findMembers, memberAddress } from './counted-members.js'
import { addressIfNamed, isDeclared } from './declared-names.js'

type Texts = readonly (string | undefined)[] | undefined

/** Reports members of `dependsOn` that name nothing. */
export function checkDependencies(context: Context, path: Path, dependencies: Texts): void {
  for (const [index, dependency] of (dependencies ?? []).entries()) {
    if (dependency !== undefined) findDependencies(context, dependency, reportAt(context, [...path, index]))
  }
}

/** The addresses that a `dependsOn` without a mistake stands for, in order. */
export function dependenciesOf(context: Context, texts: Texts): readonly Address[] {
  if (texts === undefined) return []
  const addresses = new Set(texts.flatMap((text) => findDependencies(context, text ?? '', ignore)))
  return [...addresses].toSorted(compareAddresses)
}

/** The addresses that a member of `dependsOn` stands for: every one of a count unless one is chosen. */
export function findDependencies(context: Context, text: string, report: TextReport): readonly Address[] {
  const kind = text.slice(0, text.indexOf('.'))
  if (!isAwaited(context, kind)) {
    report({
      code: 'SPEC_UNKNOWN_REFERENCE',
      message: `${JSON.stringify(text)} names no entry`,
      hint: () => dependencyHint(context, text),
    })
    return []
  }
  const name = text.slice(kind.length + 1)
  if (context.declarations[kind].countOf) {
    return findMembers(context, kind, name, report).flatMap((member) => memberAddress(kind, member) ?? [])
  }
  return isDeclared(context, kind, name, report) ? [addressIfNamed(kind, name) ?? []].flat() : []
}

function isAwaited({ declarations }: Context, kind: string): kind is ResourceKind {
  return Object.hasOwn(declarations, kind) && declarations[kind as ResourceKind].isAwaited
}

function dependencyHint(context: Context, text: string): string {
  const kinds = resourceKinds.filter((kind) => isAwaited(context, kind))
  const all = kinds.flatMap((kind) => [...context.declared[kind].keys()].map((name) => `${kind}.${name}`))
  const same = all.find((address) => address.endsWith(`.${text.replace(/\[.*$/, '')}`))
  if (same) return `did you mean \`${same}\`?`
  const forms = kinds.map((kind) => `${kind}.<name>`)
  return didYouMean(text, all) ?? `write ${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}`
}
