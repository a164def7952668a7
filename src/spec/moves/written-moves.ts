import { parseAddress, type Address } from '../../model/address.js'
import type { Move } from '../../model/moves/move.js'
import { reportAt, type Context } from '../context.js'
import { didYouMean } from '../nearest.js'
import type { TextReport } from '../problem.js'

/** Reports every mistake of meaning in `moved`. */
export function checkMoves(context: Context): void {
  const moves = (context.stack.moved ?? []).map((move, index) => ({ ...move, path: ['moved', index] as const }))
  const sources = new Set(moves.flatMap(({ from }) => from ?? []))
  const seen = { from: new Set<string>(), to: new Set<string>() }
  for (const { from, to, path } of moves) {
    const reports = { from: reportAt(context, [...path, 'from']), to: reportAt(context, [...path, 'to']) }
    const isFrom = from !== undefined && isMovable(context, from, reports.from)
    const isTo = to !== undefined && isMovable(context, to, reports.to)
    for (const [key, text] of Object.entries({ from, to }) as ['from' | 'to', string | undefined][]) {
      if (text === undefined) continue
      if (seen[key].has(text)) reports[key](mistake(`${text} stands here twice: each name moves once`))
      seen[key].add(text)
    }
    if (!isFrom || !isTo) continue
    if (kindOf(from) !== kindOf(to)) reports.to(mistake(`${from} cannot become ${to}: they are of two kinds`))
    else if (isInFile(context, from)) {
      reports.from(mistake(`${from} is still in the file: what was renamed has left it under its old name`))
    } else if (!sources.has(to)) checkTarget(context, to, reports.to)
    else if (isInCircle(from, moves)) reports.to(mistake(`${from} comes back to itself by way of ${to}`))
  }
}

/** What `moved` without a mistake says, in the order of the file. */
export function movesOf({ stack }: Context): readonly Move[] {
  return (stack.moved ?? []).flatMap(({ from, to } = {}) =>
    from === undefined || to === undefined ? [] : [{ from: from as Address, to: to as Address }],
  )
}

function mistake(message: string, hint?: string) {
  return { code: 'SPEC_BAD_MOVE', message, ...(hint !== undefined && { hint }) } as const
}

function kindOf(text: string): string | undefined {
  return parseAddress(text)?.kind
}

function isMovable({ declarations }: Context, text: string, report: TextReport): boolean {
  const { kind, index } = parseAddress(text) ?? {}
  if (kind === undefined) {
    report(mistake(`${JSON.stringify(text)} is no address`, 'write it as server.web, server.web[0] or volume.data'))
    return false
  }
  if (kind === 'elasticIp') {
    report(mistake('an elastic address moves with its server', `write ${text.replace('elasticIp', 'server')}`))
    return false
  }
  if (kind === 'interface') {
    report(mistake('a network interface moves with its server', 'write the addresses of the servers: server.web'))
    return false
  }
  if (kind === 'network') {
    report(mistake('a network keeps its name', 'make another one, and let its servers move there'))
    return false
  }
  if (kind === 'image') {
    report(
      mistake('an image keeps its name: its versions are called so in EC2', 'write another entry, and remove this one'),
    )
    return false
  }
  if (index === undefined || declarations[kind].countOf) return true
  report(mistake(`a ${declarations[kind].word} has no index`, `write ${text.replace(/\[.*/, '')}`))
  return false
}

/** Whether the file has what an address names: a whole entry, or that member of it. */
function isInFile({ declared, declarations, ...sections }: Context, text: string): boolean {
  const { kind = 'server', name = '', index } = parseAddress(text) ?? {}
  if (!declared[kind].has(name)) return false
  if (index === undefined) return true
  const count = declarations[kind].countOf?.(sections, name)
  return typeof count === 'number' && index < count
}

function checkTarget(context: Context, text: string, report: TextReport): void {
  if (isInFile(context, text)) return
  const { kind = 'server', name = '' } = parseAddress(text) ?? {}
  const names = [...context.declared[kind].keys()]
  if (names.includes(name)) {
    report(mistake(`the file has no ${text}`, `\`count\` of ${name} says which there are`))
    return
  }
  const { word } = context.declarations[kind]
  report({
    ...mistake(`the file has no ${text}, so nothing can be called that`),
    hint: () => didYouMean(name, names) ?? `what ${word}s are called now stands in the file`,
  })
}

function isInCircle(
  from: string,
  moves: readonly { readonly from?: string | undefined; readonly to?: string | undefined }[],
): boolean {
  const next = new Map(moves.map((move) => [move.from, move.to]))
  const visited = new Set<string>()
  for (let at = next.get(from); at !== undefined && !visited.has(at); at = next.get(at)) {
    if (at === from) return true
    visited.add(at)
  }
  return false
}
